import type { Actor } from '../../audit/index.js';
import { digest, newToken } from '../../sealing/index.js';
import type { EffectiveMetadata } from './client-metadata.js';
import type { Client } from './client.entity.js';

/** The validator of a metadata document and until when the copy is fresh. */
export interface DocumentState {
  readonly etag?: string;
  readonly until: Date;
}

/** What the maker of a client decides beside its metadata; a registration body can set none of it. */
export interface ClientOrigin {
  readonly registration: Client['registration'];
  readonly actor: Actor;
  /** A chosen id, for `cimd` the URL; otherwise one with 128 random bits is made. */
  readonly id?: string;
  /** A chosen secret; otherwise one is made for a client that authenticates with one. */
  readonly secret?: string;
  /** Without it, what made itself is quarantined until somebody approves it. */
  readonly trustState?: 'quarantined' | 'approved';
  readonly vouchedBy?: string;
  /** A registration access token (RFC 7592 §1.3), of which the digest is kept. */
  readonly managementToken?: string;
  readonly allowedScopes?: readonly string[];
  readonly skipConsent?: boolean;
  readonly document?: DocumentState;
}

/** What comes with other metadata; what is not there stays as it is. */
export interface ClientChange {
  readonly actor: Actor;
  /** For changes by those who decide about trust: other keys or redirect URIs do not undo an approval. */
  readonly keepsTrust?: boolean;
  /** A trusted issuer says that it is what it now says it is: it stays approved, where no rule refuses it. */
  readonly vouchedFor?: boolean;
  readonly secret?: string;
  readonly allowedScopes?: readonly string[] | null;
  readonly skipConsent?: boolean;
  readonly document?: DocumentState;
  /** The configuration names it: from now on it is as trusted as others there, and no document of its own is read. */
  readonly takenOverBy?: 'static';
}

type Decided = Omit<
  Client,
  keyof EffectiveMetadata | 'trustState' | 'allowedScopes' | 'secretDigest' | 'fingerprint'
>;

/** The columns that the maker decides, and those of a client that nothing has happened to yet. */
export function decidedBy(origin: ClientOrigin): Decided {
  const now = new Date();
  return {
    id: origin.id ?? newToken('gh_c_').slice(0, 32),
    registration: origin.registration,
    skipConsent: origin.skipConsent ?? false,
    createdAt: now,
    updatedAt: now,
    lastUsedAt: null,
    suspendedAt: null,
    previousSecretDigest: null,
    previousSecretUntil: null,
    managementDigest: origin.managementToken === undefined ? null : digest(origin.managementToken),
    vouchedBy: origin.vouchedBy ?? null,
    documentEtag: origin.document?.etag ?? null,
    documentUntil: origin.document?.until ?? null,
  };
}

/** The columns that a change sets beside the metadata. */
export function changedBy(change: ClientChange): Partial<Client> {
  const { allowedScopes, document } = change;
  return {
    ...(change.secret !== undefined && { secretDigest: digest(change.secret) }),
    ...(allowedScopes !== undefined && { allowedScopes: allowedScopes && [...allowedScopes] }),
    ...(change.skipConsent !== undefined && { skipConsent: change.skipConsent }),
    ...(document && { documentEtag: document.etag ?? null, documentUntil: document.until }),
    ...(change.takenOverBy && {
      registration: change.takenOverBy,
      managementDigest: null,
      documentEtag: null,
      documentUntil: null,
    }),
  };
}

export const usesSecret = (authMethod: Client['authMethod']): boolean =>
  authMethod === 'client_secret_basic' || authMethod === 'client_secret_post';
