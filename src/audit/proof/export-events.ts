import { canonical, leafOf } from './canonical.js';
import { Found } from './export-finding.js';
import type { EventLine, Integrity } from './export-lines.js';

/** How far away a changed row's own place is looked for. */
const AROUND = 2_000;

/** The hash of the event of a line, at the place it says it has. @throws Found when it is another than it says. */
export function leafOfLine(event: EventLine, line: number): { seq: number; hash: Buffer } {
  const { integrity, ...body } = event;
  const { seq, leaf_hash: said } = integrity!;
  const text = canonical(body);
  const hash = leafOf(seq, text);
  if (hash.toString('base64url') === said) return { seq, hash };
  const own = placeOf(text, seq, said);
  const at = { line, seq, event_id: body.event_id };
  if (own === undefined)
    throw new Found({ flaw: 'changed', message: `The event at seq ${seq} was changed.`, ...at });
  const message = `The event at seq ${seq} was sealed at seq ${own}: it has been moved.`;
  throw new Found({ flaw: 'reordered', message, ...at });
}

/** Where this event was sealed with this hash, if that is near. */
function placeOf(text: string, seq: number, said: string): number | undefined {
  for (let away = 1; away <= AROUND; away++)
    for (const place of [seq - away, seq + away])
      if (place >= 0 && leafOf(place, text).toString('base64url') === said) return place;
  return undefined;
}

/** @throws Found when there is none: the event was put there, or has yet to be sealed. */
export function integrityOf({ integrity, event_id }: EventLine, line: number): Integrity {
  if (integrity && Number.isSafeInteger(integrity.seq) && integrity.seq >= 0) return integrity;
  const message = `The event ${event_id} was never sealed: somebody else than the server has added it.`;
  throw new Found({ flaw: 'added', message, line, event_id });
}
