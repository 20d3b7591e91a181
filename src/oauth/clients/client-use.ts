import type { DataSource } from 'typeorm';
import type { Client } from './client.entity.js';

const NOTE = `
UPDATE clients SET last_used_at = now()
WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 hour')`;
const HOUR_MS = 3_600_000;

/**
 * The life of a client is renewed by use, written at most once an hour. For statements that hold a grant: what ends a
 * client takes the client first and its grants then.
 */
export async function noteUse(
  dataSource: DataSource,
  { id, lastUsedAt }: Pick<Client, 'id' | 'lastUsedAt'>,
): Promise<void> {
  if (!lastUsedAt || Date.now() - lastUsedAt.getTime() > HOUR_MS) await dataSource.query(NOTE, [id]);
}
