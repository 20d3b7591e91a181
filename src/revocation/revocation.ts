/** What a ledger row ends. `all` ends everything issued before it. */
export type RevocationKind = 'user' | 'client' | 'grant' | 'session' | 'jti' | 'kid' | 'all';

/** A row of the ledger: everything that matches and was issued before `seq` is dead. */
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

/** True if the ledger row ends what carries these handles (any match ends it; no precedence). */
export function ends(row: Revocation, handles: RevocationHandles): boolean {
  if (row.seq <= handles.rev) return false;
  switch (row.kind) {
    case 'all':
      return true;
    case 'user':
      return row.key === handles.userId;
    case 'client':
      return row.key === handles.clientId;
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
