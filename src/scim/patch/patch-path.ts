import type { Filter } from '../filter/filter.js';
import { parseFilter } from '../filter/parse-filter.js';
import { badRequest, type ScimRefusal } from '../scim-refusal.js';
import type { ResourceKind } from '../schemas.js';
import type { Shape, Shapes } from '../shape.js';

/** Where a patch goes (RFC 7644 §3.5.2). */
export interface PatchPath {
  /** The extension that the attribute is in. */
  readonly extension?: Shape;
  readonly shape: Shape;
  /** Which elements of a list. */
  readonly filter?: Filter;
  readonly sub?: Shape;
}

const FORM = /^([A-Za-z$][\w$-]*)(?:\[(.*)\])?(?:\.([A-Za-z$][\w$-]*))?$/s;

/**
 * `undefined` for what is passed over without a word.
 * @throws ScimRefusal invalidPath, invalidFilter
 */
export function patchPath(text: string, kind: ResourceKind): PatchPath | undefined {
  const extension = kind.extensions.find((urn) => hasPrefix(text, urn));
  if (extension === undefined) {
    const rest = hasPrefix(text, kind.schema) ? text.slice(kind.schema.length + 1) : text;
    return pathIn(rest, kind.shapes, kind.ignored);
  }
  const shape = kind.shapes.get(extension.toLowerCase())!;
  const rest = text.slice(extension.length + 1);
  if (rest === '') return { shape };
  const inside = pathIn(rest, shape.members!, new Set());
  return inside && { ...inside, extension: shape };
}

/** Whether what stands before the name is the URN of a schema that the kind has. */
export const isOfKnownSchema = (text: string, { schema, extensions }: ResourceKind): boolean =>
  [schema, ...extensions].some((urn) => hasPrefix(text, urn));

const hasPrefix = (text: string, urn: string): boolean =>
  text.slice(0, urn.length).toLowerCase() === urn.toLowerCase() &&
  [':', undefined].includes(text[urn.length]);

function pathIn(text: string, shapes: Shapes, ignored: ReadonlySet<string>): PatchPath | undefined {
  const [, name = '', brackets, subName] = FORM.exec(text) ?? [];
  const shape = shapes.get(name.toLowerCase());
  if (!shape && ignored.has(name.toLowerCase())) return undefined;
  if (!shape) throw wrongPath();
  const sub = subName === undefined ? undefined : shape.members?.get(subName.toLowerCase());
  if ((subName !== undefined && !sub) || (brackets !== undefined && !(shape.isMany && shape.members)))
    throw wrongPath();
  return {
    shape,
    ...(brackets !== undefined && { filter: parseFilter(brackets) }),
    ...(sub && { sub }),
  };
}

const wrongPath = (): ScimRefusal => badRequest('invalidPath', 'The path names nothing that there is');
