import type { EntityManager } from 'typeorm';
import type { AuditEventBody } from '../audit-row.js';
import type { SealedEvent } from '../proof/index.js';

/** So many places are looked at in one statement. */
const WINDOW = 5_000;
/** Events of one page in memory. */
const PAGE = 1_000;

const READ = (name: string) => `
SELECT l.seq, l.leaf_hash AS hash, p.body FROM audit_leaves l JOIN "${name}" p USING (event_id)
WHERE l.seq >= $1 AND l.seq < $2 ORDER BY l.seq LIMIT ${PAGE}`;

/** The events of one partition in the order of their places. */
export async function* partitionEvents(
  tx: EntityManager,
  { name, firstSeq, lastSeq }: { name: string; firstSeq: string | null; lastSeq: string | null },
): AsyncGenerator<readonly SealedEvent[]> {
  if (firstSeq === null || lastSeq === null) return;
  const to = Number(lastSeq) + 1;
  for (let next = Number(firstSeq); next < to;) {
    const end = Math.min(to, next + WINDOW);
    const rows = await tx.query<{ seq: string; hash: Buffer; body: AuditEventBody }[]>(READ(name), [
      next,
      end,
    ]);
    next = rows.length < PAGE ? end : Number(rows.at(-1)!.seq) + 1;
    if (rows.length > 0)
      yield rows.map(({ seq, hash, body }) => ({ seq: Number(seq), leafHash: hash, body }));
  }
}
