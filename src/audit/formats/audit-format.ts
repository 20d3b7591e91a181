import type { SealedEvent } from '../proof/index.js';

/** A way to write events out: one file per format, and one list. */
export interface AuditFormat {
  readonly name: string;
  readonly mediaType: string;
  readonly extension: string;
  /** The first line of a file. */
  readonly header?: string;
  /** One event, without the end of its line. */
  readonly line: (event: SealedEvent) => string;
}
