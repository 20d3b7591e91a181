import { hash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { jwtVerify, type JWTPayload, type JWTVerifyOptions, type JWTVerifyResult } from 'jose';
import { AppConfig, SIGNING_ALGORITHMS } from '../config/index.js';
import { KeyRing } from '../keys/index.js';
import { RevocationLedger } from '../revocation/index.js';
import { jwtRefusal } from './jwt-refusal.js';
import { NO_KEY } from './tokens/access-token-maker.js';
import { OpaqueTokens } from './tokens/opaque-tokens.js';
import { CLOCK_SKEW } from './tokens/used-proofs.js';
import { actorsOf, type Actor, type VerifiedToken } from './verified-token.js';

/**
 * The token is not one that is good here. `reason` is for the log, never for the caller; `token` is what it says, when
 * its signature is ours.
 */
export class InvalidToken extends Error {
  constructor(
    readonly reason: string,
    readonly token?: VerifiedToken,
  ) {
    super(reason);
    this.name = 'InvalidToken';
  }
}

const MAX_LENGTH = 8_192;
const MAX_CACHED = 10_000;

/**
 * Verifies access tokens of this server (RFC 9068 §4). Signatures are checked once per token; expiry and the
 * revocation ledger every time.
 */
@Injectable()
export class AccessTokenVerifier {
  private readonly verified = new Map<string, VerifiedToken>();

  constructor(
    private readonly config: AppConfig,
    private readonly keys: KeyRing,
    private readonly ledger: RevocationLedger,
    private readonly opaque: OpaqueTokens,
  ) {}

  /**
   * `resource` is the exact audience the token must have.
   * @throws InvalidToken (answer 401), or the database's error when the ledger cannot be asked (answer 503)
   */
  async verify(token: string, resource: string): Promise<VerifiedToken> {
    const found = await this.signed(token);
    if (found.resource !== resource) throw new InvalidToken('wrong_audience', found);
    if (found.expiresAt <= Date.now() / 1_000) throw new InvalidToken('expired', found);
    if (await this.ledger.isEnded(found)) throw new InvalidToken('revoked', found);
    return found;
  }

  /** A token of ours that is alive, whatever its audience; `undefined` for anything else. */
  async alive(token: string): Promise<VerifiedToken | undefined> {
    const found = await this.peek(token);
    if (!found || found.expiresAt <= Date.now() / 1_000) return undefined;
    return (await this.ledger.isEnded(found)) ? undefined : found;
  }

  /** What a token of ours says, whatever its audience; `undefined` for anything else. Not a proof that it is alive. */
  async peek(token: string): Promise<VerifiedToken | undefined> {
    try {
      return await this.signed(token);
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  /**
   * What a JWT of ours says that may be over and whose key may have left the key set since, unless it was revoked.
   * Nothing may be opened by it.
   */
  async former(token: string): Promise<VerifiedToken | undefined> {
    if (token.length > MAX_LENGTH || this.opaque.looksLikeOne(token)) return undefined;
    try {
      const { payload, protectedHeader } = await this.check(token, {
        algorithms: [...SIGNING_ALGORITHMS],
        currentDate: new Date(0), // Nothing has expired yet.
      });
      return readClaims(payload, protectedHeader.kid!);
    } catch (error) {
      if (error instanceof InvalidToken) return undefined;
      throw error;
    }
  }

  private async signed(token: string): Promise<VerifiedToken> {
    if (token.length > MAX_LENGTH) throw new InvalidToken('too_long');
    const name = hash('sha256', token, 'base64url');
    const cached = this.verified.get(name);
    if (cached && (cached.kid === NO_KEY || this.keys.holds(cached.kid))) return cached;
    const found = await this.read(token);
    if (this.verified.size >= MAX_CACHED) this.verified.delete(this.verified.keys().next().value!);
    this.verified.set(name, found);
    return found;
  }

  private async read(token: string): Promise<VerifiedToken> {
    if (!this.opaque.looksLikeOne(token)) {
      const { payload, protectedHeader } = await this.check(token);
      return readClaims(payload, protectedHeader.kid!);
    }
    const claims = await this.opaque.find(token);
    if (!claims) throw new InvalidToken('unknown_token');
    return readClaims(claims, NO_KEY);
  }

  private async check(token: string, former?: JWTVerifyOptions): Promise<JWTVerifyResult> {
    try {
      const verified = await jwtVerify(
        token,
        async ({ kid, alg }) => {
          const key = isKid(kid)
            ? await (former ? this.keys.formerKey(kid, alg) : this.keys.publicKey(kid, alg))
            : undefined;
          if (!key) throw new InvalidToken('unknown_key');
          return key;
        },
        {
          algorithms: this.keys.algorithms(),
          typ: 'at+jwt',
          issuer: this.config.issuer,
          requiredClaims: ['exp', 'iat', 'sub', 'aud', 'jti', 'client_id', 'rev'],
          ...former,
        },
      );
      if (verified.payload.iat! > Date.now() / 1_000 + CLOCK_SKEW) throw new InvalidToken('wrong_iat');
      return verified;
    } catch (error) {
      const reason = jwtRefusal(error);
      throw reason === undefined ? error : new InvalidToken(reason);
    }
  }
}

const isKid = (kid: unknown): kid is string =>
  typeof kid === 'string' && kid.length < 200 && !kid.includes('\0');

function readClaims(payload: JWTPayload, kid: string): VerifiedToken {
  const text = (name: string) => optionalText(payload, name);
  const { aud, exp, iat, sub, jti, amr } = payload;
  const rev = payload['rev'];
  if (
    typeof aud !== 'string' ||
    typeof sub !== 'string' ||
    typeof jti !== 'string' ||
    typeof rev !== 'number'
  ) {
    throw new InvalidToken('malformed_claims');
  }
  const grantId = text('gid');
  return {
    jti,
    kid,
    subject: sub,
    // `uid` is there when `sub` is another name of the person.
    ...(grantId !== undefined && { userId: text('uid') ?? sub, grantId }),
    clientId: text('client_id') ?? '',
    ...optional('sessionId', text('sid')),
    scopes: (text('scope') ?? '').split(' ').filter(Boolean),
    resource: aud,
    issuedAt: iat!,
    expiresAt: exp!,
    ...optional('authTime', typeof payload['auth_time'] === 'number' ? payload['auth_time'] : undefined),
    ...optional('acr', text('acr')),
    ...optional('jkt', jktOf(payload)),
    ...actOf(payload),
    ...(Array.isArray(amr) && { amr: amr.filter((item): item is string => typeof item === 'string') }),
    rev,
  };
}

/** RFC 8693 §4.1. */
function actOf(payload: JWTPayload): Pick<VerifiedToken, 'act' | 'actorIds'> {
  const act = payload['act'] as Actor | undefined;
  return act ? { act, actorIds: actorsOf(act) } : {};
}

/** RFC 9449 §6.1. */
function jktOf({ cnf }: JWTPayload): string | undefined {
  const jkt = typeof cnf === 'object' && cnf !== null ? (cnf as { jkt?: unknown }).jkt : undefined;
  return typeof jkt === 'string' ? jkt : undefined;
}

function optionalText(payload: JWTPayload, name: string): string | undefined {
  const value = payload[name];
  return typeof value === 'string' ? value : undefined;
}

const optional = <K extends string, V>(name: K, value: V | undefined): Partial<Record<K, V>> =>
  value === undefined ? {} : ({ [name]: value } as Record<K, V>);
