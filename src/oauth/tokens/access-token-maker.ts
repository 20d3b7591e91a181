import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { decodeProtectedHeader } from 'jose';
import { AppConfig } from '../../config/index.js';
import { TokenSigner } from '../../keys/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { clientViewOf } from '../clients/client-view.js';
import type { Client } from '../clients/client.entity.js';
import type { Resource } from '../resources.js';
import type { Actor } from '../verified-token.js';
import { groupsOfAccessToken } from './groups-in-tokens.js';
import { Subjects } from './subjects.js';
import { admitted, TokenClaims, type ClaimsUser } from './token-claims.js';

/** Scanners find opaque access tokens by it. */
export const OPAQUE_PREFIX = 'gh_at_';
/** In place of a `kid`: no key stands behind an opaque token. */
export const NO_KEY = 'opaque';

/** A person behind a token, and how they were authenticated. */
export interface Holder extends ClaimsUser {
  readonly grantId: string;
  readonly sessionId: string | null;
  readonly authTime: Date;
  readonly acr: string;
  readonly amr: readonly string[];
}

export interface AccessTokenOrder {
  readonly client: Client;
  readonly resource: Resource;
  readonly scopes: readonly string[];
  /** Ledger position that the decision was taken at. */
  readonly rev: number;
  /** Absent when the client acts for itself. */
  readonly holder?: Holder;
  /** Binds it to a DPoP key. */
  readonly jkt?: string;
  /** RFC 8693 §4.1 */
  readonly act?: Actor;
  /** It expires no later than this: the end of its grant, or of the token it is exchanged for. */
  readonly notAfter?: Date;
}

export interface AccessTokenMade {
  readonly token: string;
  readonly jti: string;
  /** Seconds since the epoch. */
  readonly exp: number;
  readonly seconds: number;
  readonly rev: number;
  readonly kid: string;
  readonly jkt?: string;
  /** `sub`, where it is neither the person's id nor the client's. */
  readonly subject?: string;
  /** Of an opaque token: what is stored in place of it, and what it would say. */
  readonly opaque?: { readonly digest: Buffer; readonly claims: Record<string, unknown> };
}

/** Makes access tokens: JWTs (RFC 9068), or opaque ones for resources that ask for them. */
@Injectable()
export class AccessTokenMaker {
  constructor(
    private readonly config: AppConfig,
    private readonly signer: TokenSigner,
    private readonly hook: TokenClaims,
    private readonly subjects: Subjects,
  ) {}

  async make(order: AccessTokenOrder): Promise<AccessTokenMade> {
    const { client, holder, resource } = order;
    const iat = Math.floor(Date.now() / 1_000);
    const exp = Math.min(
      iat + resource.accessTokenSeconds,
      order.notAfter ? Math.floor(order.notAfter.getTime() / 1_000) : Infinity,
    );
    const sub = holder ? this.subjects.subjectOf(holder.id, client) : client.id;
    const made = {
      jti: randomUUID(),
      exp,
      seconds: exp - iat,
      rev: order.rev,
      ...(order.jkt && { jkt: order.jkt }),
      ...(sub !== (holder?.id ?? client.id) && { subject: sub }),
    };
    const extra = await this.extra(order, sub);
    if (resource.format === 'opaque') {
      const token = newToken(OPAQUE_PREFIX);
      return { ...made, token, kid: NO_KEY, opaque: { digest: digest(token), claims: extra } };
    }
    const { jti, rev } = made;
    const scope = order.scopes.join(' ');
    const claims = {
      iss: this.config.issuer,
      sub,
      aud: resource.id,
      exp,
      iat,
      jti,
      client_id: client.id,
      scope,
    };
    const token = await this.signer.sign({ ...extra, ...claims, rev }, 'at+jwt', resource.algorithm);
    return { ...made, token, kid: decodeProtectedHeader(token).kid! };
  }

  private async extra(order: AccessTokenOrder, sub: string): Promise<Record<string, unknown>> {
    const { client, holder, resource, scopes, jkt, act } = order;
    const asked = await this.hook.getTokenClaims(holder, clientViewOf(client), scopes, resource.id);
    return {
      ...(holder && configured(resource, holder)),
      ...admitted(asked),
      ...(holder && {
        gid: holder.grantId,
        ...(holder.sessionId && { sid: holder.sessionId }),
        auth_time: Math.floor(holder.authTime.getTime() / 1_000),
        acr: holder.acr,
        amr: holder.amr,
        // What the ledger knows the person by, when `sub` is another name.
        ...(sub !== holder.id && { uid: holder.id }),
      }),
      ...(jkt && { cnf: { jkt } }),
      ...(act && { act }),
    };
  }
}

/** What the configuration of a resource wants its tokens to say of a person. */
function configured({ claims }: Resource, holder: Holder): Record<string, unknown> {
  const known = {
    email: holder.email,
    email_verified: holder.emailVerified,
    name: holder.name,
    roles: holder.roles,
  };
  const groups = claims.includes('groups') && groupsOfAccessToken(holder.groups);
  const asked = Object.entries(known).filter(
    ([name, value]) => claims.includes(name as 'email') && value !== null,
  );
  return { ...Object.fromEntries(asked), ...groups };
}
