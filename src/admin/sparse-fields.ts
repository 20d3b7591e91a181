import type { Type } from '@nestjs/common';
import { invalidField } from './admin-problem.js';

const MAX_FIELDS = 50;
const MEMBERS = 'swagger/apiModelPropertiesArray';
const MEMBER = 'swagger/apiModelProperties';

/** The members of an answer's class, as the OpenAPI document has them. */
export function membersOf(response: Type | undefined): string[] {
  if (!response) return [];
  const names = (Reflect.getMetadata(MEMBERS, response.prototype as object) ?? []) as string[];
  return names.map((name) => name.replace(/^:/, ''));
}

/** What a handler answers with 200: the class of the item for a list, of the thing itself otherwise. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- the type Nest gives a handler
export function answeredClass(handler: Function): { item: Type | undefined; list: boolean } {
  const responses = Reflect.getMetadata('swagger/apiResponse', handler) as
    Record<string, { type?: Type }> | undefined;
  const type = responses?.['200']?.type;
  if (!type || !membersOf(type).includes('items')) return { item: type, list: false };
  const items = Reflect.getMetadata(MEMBER, type.prototype as object, 'items') as { type?: unknown };
  return { item: classOf(items.type), list: true };
}

/** Swagger may have been given the class in a list, or a function that answers it. */
function classOf(type: unknown): Type | undefined {
  const one: unknown = Array.isArray(type) ? type[0] : type;
  return typeof one === 'function' ? (one as Type) : undefined;
}

/** @throws AdminProblem when a name is not a member of what is answered */
export function wantedFields(text: unknown, members: readonly string[]): string[] {
  if (typeof text !== 'string' || text === '')
    throw invalidField('fields', 'must be names with commas between');
  const names = text.split(',');
  if (names.length > MAX_FIELDS) throw invalidField('fields', `must be ${MAX_FIELDS} names at most`);
  if (names.some((name) => !members.includes(name)))
    throw invalidField('fields', 'has a name that is not answered here');
  return names;
}

/** Only these members, of each item when it is a list. */
export function sparse(answer: unknown, fields: readonly string[], list: boolean): unknown {
  if (!list) return picked(answer, fields);
  const { items, ...rest } = answer as { items: unknown[] };
  return { items: items.map((item) => picked(item, fields)), ...rest };
}

function picked(thing: unknown, fields: readonly string[]): object {
  return Object.fromEntries(Object.entries(thing as object).filter(([name]) => fields.includes(name)));
}
