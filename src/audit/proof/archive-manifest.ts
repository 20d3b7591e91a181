import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { JWK } from 'jose';
import { ARCHIVE_TYPE, type ArchiveClaims } from './archive-statement.js';
import { openSigned } from './checkpoint.js';

export type Held = { readonly claims: ArchiveClaims } | { readonly problem: string };

/** Holds a file against the manifest that lies beside it. Without keys of one's own, its own is believed. */
export async function heldAgainstManifest(
  file: string,
  manifest: string,
  keys?: readonly JWK[],
): Promise<Held> {
  const { manifest: jws, key } = JSON.parse(manifest) as { manifest: string; key: JWK };
  const known = keys ?? [key];
  const signed = openSigned(jws, ARCHIVE_TYPE, (kid) => known.find((one) => one.kid === kid));
  if (!signed) return { problem: 'The manifest is not signed by a key of this trail.' };
  const claims = signed.payload as ArchiveClaims;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex') === claims.sha256
    ? { claims }
    : { problem: `The file is not the archive of ${claims.partition} that was signed.` };
}
