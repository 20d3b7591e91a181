import { isUUID } from 'class-validator';
import type { MemberStep } from '../../users/index.js';
import type { Filter } from '../filter/filter.js';
import { wrongFilter } from '../filter/tokens.js';
import { patchPath } from '../patch/patch-path.js';
import { MAX_OPERATIONS, type PatchOperation } from '../patch/patch-request.js';
import { badRequest } from '../scim-refusal.js';
import { GROUP } from '../schemas.js';
import { isObject, tidiedAs, type Json } from '../shape.js';

const MAX_NAME = 200;
const MAX_KEY = 512;

/** What a directory changes of a group. */
export interface GroupWords {
  readonly name?: string;
  readonly externalId?: string | null;
  readonly steps: readonly MemberStep[];
}

/** From a whole resource. @throws ScimRefusal invalidValue */
export function wordsOf(resource: Json): GroupWords & { readonly name: string } {
  return {
    name: nameOf(resource['displayName']),
    externalId: externalIdOf(resource['externalId']),
    steps: [{ op: 'replace', users: idsOf(resource['members']) }],
  };
}

/**
 * From a patch. Members come and go by id, one step after the other: no other member is looked at, however many there are.
 * @throws ScimRefusal
 */
export function patchedWords(operations: readonly PatchOperation[]): GroupWords {
  const all = operations.flatMap(withPaths);
  if (all.length > MAX_OPERATIONS)
    throw badRequest('invalidSyntax', `A patch changes at most ${MAX_OPERATIONS} things`);
  const changes = all.map(changeOf);
  return Object.assign({}, ...changes, { steps: changes.flatMap(({ steps = [] }) => steps) }) as GroupWords;
}

/** Without a path each member of the value is one; ids and what nobody here knows are passed over. */
function withPaths({ op, path, value }: PatchOperation): (PatchOperation & { path: string })[] {
  if (path !== undefined) return [{ op, path, value }];
  if (!isObject(value)) throw badRequest('invalidValue', 'Without a path the value is an object');
  return Object.entries(value)
    .filter(([name]) => GROUP.shapes.get(name.toLowerCase())?.isReadOnly === false)
    .map(([name, member]) => ({ op, path: name, value: member }));
}

function changeOf({ op, path, value }: PatchOperation & { path: string }): Partial<GroupWords> {
  const target = patchPath(path, GROUP)!;
  if (target.shape.isReadOnly) throw badRequest('mutability', 'What the path names cannot be changed');
  if (target.sub) throw badRequest('invalidPath', 'Members come and go, and are not changed');
  if (target.shape.name === 'displayName') {
    if (op === 'remove') throw badRequest('mutability', 'A group has a displayName');
    return { name: nameOf(value) };
  }
  if (target.shape.name === 'externalId') return { externalId: op === 'remove' ? null : externalIdOf(value) };
  return { steps: [stepOf(op, target.filter, value)] };
}

function stepOf(op: PatchOperation['op'], filter: Filter | undefined, value: unknown): MemberStep {
  const members = tidiedAs(GROUP.shapes.get('members')!, value);
  if (filter) {
    if (op !== 'remove') throw badRequest('invalidPath', 'Members come and go, and are not changed');
    return { op, users: idsIn(filter).filter((id) => isUUID(id)) };
  }
  if (op !== 'remove') return { op, users: idsOf(members) };
  // RFC 7644 §3.5.2.2: all of them; some directories name in the value which.
  if (members === undefined) return { op: 'replace', users: [] };
  return { op, users: valuesOf(members).filter((id) => isUUID(id)) };
}

/** The ids that brackets name: `members[value eq "…"]`, and several of these. */
function idsIn(filter: Filter): string[] {
  if (filter.kind === 'or') return filter.parts.flatMap(idsIn);
  if (filter.kind === 'compare' && filter.op === 'eq' && filter.path.name === 'value' && !filter.path.sub)
    return [String(filter.value)];
  throw wrongFilter('Members are chosen by value eq "…"');
}

function idsOf(members: unknown): string[] {
  const ids = valuesOf(members);
  if (!ids.every((id) => isUUID(id))) throw badRequest('invalidValue', 'A member is the id of a person');
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}

function valuesOf(members: unknown): string[] {
  if (members === undefined) return [];
  return (Array.isArray(members) ? (members as unknown[]) : [members]).map((member) => {
    const { value, type } = isObject(member) ? member : {};
    if (typeof type === 'string' && type.toLowerCase() === 'group')
      throw badRequest('invalidValue', 'Groups in groups are not supported');
    return typeof value === 'string' ? value : '';
  });
}

function nameOf(value: unknown): string {
  const name = typeof value === 'string' ? value.trim() : '';
  // eslint-disable-next-line no-control-regex -- control characters are what this refuses
  if (name === '' || name.length > MAX_NAME || /[\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed())
    throw badRequest('invalidValue', `displayName is a text of 1 to ${MAX_NAME} characters`);
  return name;
}

function externalIdOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_KEY || value.includes('\0'))
    throw badRequest('invalidValue', `externalId must be a text of at most ${MAX_KEY} bytes`);
  return value;
}
