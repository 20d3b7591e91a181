import type { AuditFormat } from './audit-format.js';
import { CEF_FORMAT } from './cef.format.js';
import { CSV_FORMAT } from './csv.format.js';
import { JSON_FORMAT } from './json.format.js';
import { OCSF_FORMAT } from './ocsf.format.js';

/** Of files. Those of `json` carry what proves them beside the events. */
export const EXPORT_FORMATS: readonly AuditFormat[] = [JSON_FORMAT, OCSF_FORMAT, CSV_FORMAT, CEF_FORMAT];
/** Of single events on their way to somebody else. */
export const STREAM_FORMATS: readonly AuditFormat[] = [JSON_FORMAT, OCSF_FORMAT, CEF_FORMAT];

/** @throws Error when there is none of that name, which a stored row cannot have */
export function formatOf(name: string): AuditFormat {
  const found = EXPORT_FORMATS.find((format) => format.name === name);
  if (!found) throw new Error(`There is no format ${name}`);
  return found;
}

export type { AuditFormat } from './audit-format.js';
