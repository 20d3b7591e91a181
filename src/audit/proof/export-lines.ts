import type { JWK } from 'jose';
import type { AuditEventBody } from '../audit-row.js';

/** Where an event is in the sealed trail; every line of an export carries it beside the event. */
export interface Integrity {
  readonly chain_uid: string;
  /** The place of the event in the hash tree: from 0, without gaps, in the order of sealing. */
  readonly seq: number;
  /** RFC 9162 §2.1.1 over `seq` and the event in canonical form (RFC 8785), without `integrity`; in base64url. */
  readonly leaf_hash: string;
}

/** The first line of an export. */
export interface TrailLine {
  readonly trail: {
    readonly format: 1;
    readonly chain_uid: string;
    /** When it was made. */
    readonly time: string;
    /** How many events were sealed when it was made. */
    readonly tree_size: number;
    /** Every event from `from` to `to` (exclusive) is in it, or in an archive; `null` where a filter chose. */
    readonly complete: Range | null;
    /** Public keys of its checkpoints. */
    readonly keys: readonly JWK[];
  };
}

export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

/** A line of an event. One without `integrity` is in the database and was never sealed. */
export type EventLine = AuditEventBody & { readonly integrity?: Integrity };

/** Stands for the events `from` to `to` (exclusive), which are not in it: the roots of the subtrees that cover them. */
export interface LeftOutLine {
  readonly left_out: { readonly from: number; readonly to: number; readonly hashes: readonly string[] };
}

/**
 * A partition that retention has taken out of the database: what was signed of its archive, and the places of its
 * events, in base64. Comes before the first of them.
 */
export interface ArchiveLine {
  readonly archive: { readonly partition: string; readonly statement: string; readonly places: string };
}

/** Stands for events that are in an archive, as `left_out` does for others. */
export interface ArchivedLine {
  readonly archived: LeftOutLine['left_out'] & { readonly partition: string };
}

/** The JWS of a checkpoint, where the events before it are all it covers. The last line of an export is one. */
export interface CheckpointLine {
  readonly checkpoint: string;
}

export type ExportLine = TrailLine | EventLine | LeftOutLine | ArchiveLine | ArchivedLine | CheckpointLine;
