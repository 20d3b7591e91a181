import type { Revocation, RevocationHandles, RevocationKind } from './revocation.js';

/** Whoever has a compromised key can write any position into a token. */
const ANY_POSITION = -1;

interface Live {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The ledger in memory: for each thing that was ended, the newest position at which it was. */
export class LiveRevocations {
  private readonly rows = new Map<string, Live>();

  add(row: Revocation & { readonly until: Date }): void {
    const name = nameOf(row.kind, row.key);
    const known = this.rows.get(name);
    this.rows.set(name, {
      seq: Math.max(row.seq, known?.seq ?? 0),
      until: Math.max(row.until.getTime(), known?.until ?? 0),
    });
  }

  /** True if any row is newer than the position the handles carry. There is no precedence among rows. */
  end(handles: RevocationHandles): boolean {
    return (
      this.newer('all', '*', handles.rev) ||
      this.newer('jti', handles.jti, handles.rev) ||
      this.newer('grant', handles.grantId, handles.rev) ||
      this.newer('session', handles.sessionId, handles.rev) ||
      this.newer('user', handles.userId, handles.rev) ||
      this.newer('client', handles.clientId, handles.rev) ||
      handles.actorIds?.some((id) => this.newer('client', id, handles.rev)) === true ||
      this.newer('kid', handles.kid, ANY_POSITION)
    );
  }

  /** Forgets rows that can no longer match anything alive. */
  sweep(now = Date.now()): void {
    for (const [name, { until }] of this.rows) if (until < now) this.rows.delete(name);
  }

  private newer(kind: RevocationKind, key: string | undefined, rev: number): boolean {
    if (key === undefined || this.rows.size === 0) return false;
    const row = this.rows.get(nameOf(kind, key));
    return row !== undefined && row.seq > rev;
  }
}

const nameOf = (kind: RevocationKind, key: string): string => `${kind}:${key}`;
