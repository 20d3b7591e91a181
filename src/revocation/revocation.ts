/** What a ledger row ends. `all` ends everything issued before it. */
export type RevocationKind = 'user' | 'client' | 'grant' | 'session' | 'jti' | 'kid' | 'all';

/** A row of the ledger: everything that matches and was issued before `seq` is dead; what a revoked key signed, at any time. */
export interface Revocation {
  readonly seq: number;
  readonly kind: RevocationKind;
  /** The id of what is ended; `*` for `all`. */
  readonly key: string;
}

/** The handles by which a token, a running call or a stream can be ended. */
export interface RevocationHandles {
  readonly userId?: string;
  readonly clientId: string;
  /** Clients that act for the person (RFC 8693 §4.1): what one of them holds ends with it. */
  readonly actorIds?: readonly string[];
  readonly grantId?: string;
  readonly sessionId?: string;
  readonly jti: string;
  readonly kid: string;
  /** Ledger position at issue. */
  readonly rev: number;
}

/** Which replicas have applied a revocation, and how many milliseconds after its commit. */
export interface RevocationReceipt {
  readonly seq: number;
  readonly replicas: number;
  readonly acknowledged: number;
  readonly missing: readonly string[];
  readonly propagationMs: number;
}

/** A row of the ledger as people read it. */
export interface LedgerEntry extends Revocation {
  readonly at: Date;
  readonly reason?: string;
}

/** What one replica says of a revocation. */
export interface ReplicaAck {
  readonly replica: string;
  /** Milliseconds after it was written; absent while the replica has not said so. */
  readonly ms?: number;
  /** Calls and streams that were running there. */
  readonly callsEnded: number;
}

/** How far a revocation has come: done when every living replica has it. */
export interface Propagation {
  readonly done: boolean;
  readonly replicas: readonly ReplicaAck[];
}

/** True if the ledger row ends what carries these handles (any match ends it; no precedence). */
export function ends(row: Revocation, handles: RevocationHandles): boolean {
  // Whoever has a compromised key can write any position into a token.
  if (row.kind !== 'kid' && row.seq <= handles.rev) return false;
  switch (row.kind) {
    case 'all':
      return true;
    case 'user':
      return row.key === handles.userId;
    case 'client':
      return row.key === handles.clientId || handles.actorIds?.includes(row.key) === true;
    case 'grant':
      return row.key === handles.grantId;
    case 'session':
      return row.key === handles.sessionId;
    case 'jti':
      return row.key === handles.jti;
    case 'kid':
      return row.key === handles.kid;
  }
}
