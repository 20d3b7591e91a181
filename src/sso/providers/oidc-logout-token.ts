import {
  createRemoteJWKSet,
  customFetch,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { CustomFetch, ServerMetadata } from 'openid-client';
import { ProviderUnavailable, SignInRejected } from '../sso-failure.js';
import type { ReceivedLogout } from './provider.js';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const ASYMMETRIC = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;
const CLOCK_SKEW = 60;
/** Seconds: one that was made longer ago is of no use to anybody but who kept it. */
const MAX_AGE = 600;
const TEXT = /^[\x20-\x7e]{1,255}$/;

/** Reads the logout tokens of one OpenID provider (OpenID Connect Back-Channel Logout 1.0 §2.6). */
export class OidcLogoutTokens {
  private readonly keys: JWTVerifyGetKey;
  private readonly algorithms: string[];

  constructor(
    private readonly metadata: ServerMetadata,
    private readonly clientId: string,
    fetch: CustomFetch,
  ) {
    const { jwks_uri: jwksUri, id_token_signing_alg_values_supported: algorithms } = metadata;
    this.keys = createRemoteJWKSet(new URL(jwksUri!), {
      [customFetch]: (url, options) => fetch(url, options as never),
    });
    this.algorithms = (algorithms ?? ['RS256']).filter((algorithm) => ASYMMETRIC.test(algorithm));
  }

  /** @throws SignInRejected, ProviderUnavailable */
  async read(token: unknown): Promise<ReceivedLogout> {
    if (typeof token !== 'string' || token === '') throw new SignInRejected('logout_token_missing');
    const { sub, sid, jti, exp } = await this.verified(token);
    if (typeof jti !== 'string' || !TEXT.test(jti)) throw new SignInRejected('logout_token_jti_invalid');
    const [subject, session] = [nameOf(sub), nameOf(sid)];
    if (subject === undefined && session === undefined) throw new SignInRejected('logout_token_names_nobody');
    return {
      id: jti,
      until: exp! + CLOCK_SKEW,
      ...(subject !== undefined && { subject }),
      ...(session !== undefined && { sessions: [session] }),
    };
  }

  private async verified(token: string): Promise<JWTPayload> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys, {
        issuer: this.metadata.issuer,
        audience: this.clientId,
        algorithms: this.algorithms,
        clockTolerance: CLOCK_SKEW,
        maxTokenAge: MAX_AGE,
        requiredClaims: ['iat', 'exp', 'jti', 'events'],
      });
      check(payload, protectedHeader.typ);
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/** An ID token has no event and may have a nonce: neither can be passed off as the other. */
function check({ events, nonce }: JWTPayload, typ: string | undefined): void {
  if (typ !== undefined && !/^(?:application\/)?(?:logout\+)?jwt$/i.test(typ))
    throw new SignInRejected('logout_token_type_unexpected');
  if (nonce !== undefined) throw new SignInRejected('logout_token_has_nonce');
  const event =
    typeof events === 'object' && events !== null ? (events as Record<string, unknown>)[EVENT] : undefined;
  if (typeof event !== 'object' || event === null) throw new SignInRejected('logout_token_event_missing');
}

/** Of a claim that may be left out. */
function nameOf(claim: unknown): string | undefined {
  if (claim === undefined) return undefined;
  if (typeof claim !== 'string' || !TEXT.test(claim)) throw new SignInRejected('logout_token_name_invalid');
  return claim;
}

function refusalOf(error: unknown): unknown {
  if (error instanceof SignInRejected || error instanceof ProviderUnavailable) return error;
  if (error instanceof errors.JWTExpired) return new SignInRejected('logout_token_expired');
  if (error instanceof errors.JWTClaimValidationFailed)
    return new SignInRejected(`logout_token_${error.claim}_mismatch`);
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid)
    return new ProviderUnavailable('keys_unavailable');
  if (error instanceof errors.JOSEError)
    return new SignInRejected(
      `logout_token_${error.code.toLowerCase().replace(/^err_(?:jwt_|jws_|jwks_|jose_)?/, '')}`,
    );
  if (error instanceof TypeError) return new SignInRejected('logout_token_malformed');
  return error;
}
