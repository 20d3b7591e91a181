import { badRequest } from './scim-refusal.js';
import type { ResourceKind } from './schemas.js';
import { isObject, type Json } from './shape.js';

const MAX_NAMES = 100;
/** RFC 7643 §7: `returned` is `always`. */
const ALWAYS = ['schemas', 'id'];

interface Named {
  readonly top: string;
  readonly sub?: string;
}

/** Which attributes an answer has (RFC 7644 §3.9). */
export class Projection {
  private constructor(
    private readonly mode: 'all' | 'only' | 'without',
    private readonly names: readonly Named[],
  ) {}

  /**
   * Lists as a query has them, or as the body of a search does. Where both are given, `attributes` counts.
   * @throws ScimRefusal invalidValue
   */
  static read(
    { attributes, excludedAttributes }: { attributes?: unknown; excludedAttributes?: unknown },
    kind: ResourceKind,
  ): Projection {
    const only = namesOf(attributes, kind);
    if (only.length > 0) return new Projection('only', only);
    const without = namesOf(excludedAttributes, kind);
    return new Projection(without.length > 0 ? 'without' : 'all', without);
  }

  /** Somebody named attributes: the answer is worth having. */
  get isAsked(): boolean {
    return this.mode === 'only';
  }

  /** Whether an attribute has to be fetched. */
  shows(name: string): boolean {
    const top = name.toLowerCase();
    if (this.mode === 'only') return this.names.some((named) => named.top === top);
    return !this.names.some((named) => named.top === top && named.sub === undefined);
  }

  of(resource: Json): Json {
    if (this.mode === 'all') return resource;
    const kept = Object.entries(resource).flatMap(([name, value]) => {
      const projected = ALWAYS.includes(name) ? value : this.member(name, value);
      return projected === undefined ? [] : [[name, projected] as const];
    });
    return Object.fromEntries(kept);
  }

  private member(name: string, value: unknown): unknown {
    const naming = this.names.filter(({ top }) => top === name.toLowerCase());
    const subs = naming.flatMap(({ sub }) => sub ?? []);
    const isWhole = naming.length > subs.length;
    if (this.mode === 'only')
      return naming.length === 0 || isWhole ? (isWhole ? value : undefined) : picked(value, subs, true);
    return isWhole ? undefined : picked(value, subs, false);
  }
}

function picked(value: unknown, subs: readonly string[], keep: boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => picked(each, subs, keep));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => subs.includes(name.toLowerCase()) === keep),
  );
}

function namesOf(list: unknown, kind: ResourceKind): Named[] {
  const texts = typeof list === 'string' ? list.split(',') : list;
  if (texts === undefined) return [];
  if (!Array.isArray(texts) || texts.length > MAX_NAMES || !texts.every((text) => typeof text === 'string'))
    throw badRequest('invalidValue', `Attributes are a list of at most ${MAX_NAMES} names`);
  return texts
    .map((text) => text.trim().toLowerCase())
    .filter(Boolean)
    .map((text) => named(text, kind));
}

function named(text: string, { schema, extensions }: ResourceKind): Named {
  const urns = extensions.map((urn) => urn.toLowerCase());
  const extension = urns.find((urn) => text === urn || text.startsWith(`${urn}:`));
  if (extension) {
    const sub = text.slice(extension.length + 1);
    return { top: extension, ...(sub && { sub }) };
  }
  const own = `${schema.toLowerCase()}:`;
  const [top = '', sub] = (text.startsWith(own) ? text.slice(own.length) : text).split('.');
  return { top, ...(sub && { sub }) };
}
