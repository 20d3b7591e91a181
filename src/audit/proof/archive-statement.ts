import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import { openSigned } from './checkpoint.js';
import { PlacesCursor } from './places.js';

export const ARCHIVE_TYPE = 'audit-archive+jwt';

/** What is signed of a partition that was archived: which events they were, and the file they are in. */
export interface ArchiveClaims {
  readonly iss: string;
  readonly chain_uid: string;
  readonly partition: string;
  readonly retention: string;
  readonly from: string;
  readonly to: string;
  readonly events: number;
  /** SHA-256 of the leaf hashes of the events, one after the other in the order of `seq`; in hexadecimal. */
  readonly leaves: string;
  /** SHA-256 of the set of their places, in hexadecimal. */
  readonly places: string;
  readonly archive: string;
  readonly bytes: number;
  /** Of the file. */
  readonly sha256: string;
  /** The checkpoint that the file ends with. */
  readonly checkpoint: string;
  readonly iat: number;
}

export interface Archive {
  readonly claims: ArchiveClaims;
  readonly places: PlacesCursor;
}

export const placesDigest = (places: Buffer): string => createHash('sha256').update(places).digest('hex');

/** A statement with its signature verified, and the places it is about; `undefined` when it is not good. */
export function openArchive(
  { statement, places }: { readonly statement: string; readonly places: Buffer },
  keyOf: (kid: string) => JWK | undefined,
): Archive | undefined {
  const signed = openSigned(statement, ARCHIVE_TYPE, keyOf);
  if (!signed) return undefined;
  const claims = signed.payload as ArchiveClaims;
  return placesDigest(places) === claims.places ? { claims, places: new PlacesCursor(places) } : undefined;
}
