/** What can be wrong with an export. */
export type Flaw =
  | 'unreadable'
  | 'changed'
  | 'missing'
  | 'added'
  | 'reordered'
  | 'cut'
  | 'not_one_trail'
  | 'forged_checkpoint'
  | 'missing_checkpoint'
  | 'forged_archive'
  | 'other_history';

/** The first thing that is wrong, and where. */
export interface Finding {
  readonly flaw: Flaw;
  /** A sentence. */
  readonly message: string;
  /** Of the file, from 1; absent when the file ends too early. */
  readonly line?: number;
  readonly seq?: number;
  /** It is one of the events from `seq` to this one (exclusive). */
  readonly until?: number;
  readonly event_id?: string;
}

export interface Verified {
  readonly finding?: Finding;
  readonly events: number;
  /** Events that are there as hashes only. */
  readonly leftOut: number;
  /** Events that retention has taken out, and that are in signed archives. */
  readonly archived: number;
  /** The partitions they were in. */
  readonly archives: readonly string[];
  readonly checkpoints: number;
  /** How many events there are up to its last line. */
  readonly treeSize: number;
  /** How many events were sealed when it was made, as its first line says. */
  readonly sealed: number;
  readonly chainUid?: string;
  /** Ids of the keys that signed the checkpoints. */
  readonly kids: readonly string[];
  /** What could not be compared, in sentences. */
  readonly remarks: readonly string[];
}

/** Thrown inside the verifier: nothing after it counts. */
export class Found extends Error {
  constructor(readonly finding: Finding) {
    super(finding.message);
  }
}
