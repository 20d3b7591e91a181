import type { EntityManager } from 'typeorm';
import { digest } from '../sealing/index.js';

const CLAIM = `
WITH expired AS (
  DELETE FROM sso_used_flows WHERE digest IN (
    SELECT digest FROM sso_used_flows WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED))
INSERT INTO sso_used_flows (digest, expires_at) VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING RETURNING digest`;

/** Whether nobody came with this before, at any replica, and nobody will again before `until` (seconds since the epoch). */
export async function claimedOnce(tx: EntityManager, what: string, until: number): Promise<boolean> {
  const claimed = await tx.query<unknown[]>(CLAIM, [digest(what), until]);
  return claimed.length > 0;
}
