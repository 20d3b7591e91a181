import type { ScimCaller } from './scim-caller.js';
import { ScimRefusal } from './scim-refusal.js';
import type { Json } from './shape.js';

/** What came of a change. */
export interface Done {
  readonly id: string;
  /** Absent when the resource is gone. */
  readonly resource?: Json;
  readonly version?: string;
  /** Position in the ledger, when somebody lost something by it. */
  readonly seq?: number;
}

/** Changes of one kind of resource, as its own endpoint and bulk requests make them. */
export interface ResourceActions {
  create(caller: ScimCaller, data: unknown): Promise<Done>;
  replace(caller: ScimCaller, which: Which, data: unknown): Promise<Done>;
  patch(caller: ScimCaller, which: Which, data: unknown): Promise<Done>;
  remove(caller: ScimCaller, which: Which): Promise<Done>;
}

export interface Which {
  readonly id: string;
  /** The value of `If-Match`. */
  readonly ifMatch?: string | undefined;
}

/** RFC 7644 §3.14: versions are weak. */
export const etagOf = (version: number): string => `W/"${version}"`;

/** RFC 9110 §13.1.1, compared weakly, as there are only weak ones. @throws ScimRefusal 412 */
export function checkVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch !== undefined && !names(ifMatch, version))
    throw new ScimRefusal(412, 'It has changed meanwhile: read it again', { reason: 'precondition_failed' });
}

/** Whether a list of entity tags names a version. */
export function names(tags: string, version: number): boolean {
  const plain = (tag: string): string => tag.trim().replace(/^W\//, '');
  return tags.split(',').some((tag) => tag.trim() === '*' || plain(tag) === `"${version}"`);
}
