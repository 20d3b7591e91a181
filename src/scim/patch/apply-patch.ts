import type { Filter } from '../filter/filter.js';
import { comparisonsIn, matches } from '../filter/matches.js';
import { badRequest } from '../scim-refusal.js';
import type { ResourceKind } from '../schemas.js';
import { isObject, tidiedAs, tidiedOne, type Json, type Shape } from '../shape.js';
import { isOfKnownSchema, patchPath, type PatchPath } from './patch-path.js';
import type { PatchOperation } from './patch-request.js';
import { bounded, Looks, sameAs, unlike } from './values.js';

type Op = PatchOperation['op'];

/**
 * The resource as it is after the operations, one after the other (RFC 7644 §3.5.2); nothing is checked but the paths.
 * @throws ScimRefusal invalidPath, invalidFilter, invalidValue, mutability, noTarget, tooMany
 */
export function patched(resource: Json, operations: readonly PatchOperation[], kind: ResourceKind): Json {
  const result = JSON.parse(JSON.stringify(resource)) as Json;
  const looks = new Looks();
  for (const operation of operations) apply(result, operation, kind, looks);
  return result;
}

function apply(resource: Json, { op, path, value }: PatchOperation, kind: ResourceKind, looks: Looks): void {
  if (path === undefined) {
    if (!isObject(value)) throw badRequest('invalidValue', 'Without a path the value is an object');
    for (const [name, member] of Object.entries(value))
      applyMember(resource, { op, path: name, value: member }, kind, looks);
    return;
  }
  const target = patchPath(path, kind);
  if (!target) return;
  if (target.shape.isReadOnly || target.sub?.isReadOnly)
    throw badRequest('mutability', 'What the path names cannot be changed');
  if (target.shape.isMany && !target.extension)
    looks.take(resource[target.shape.name], target.filter ? comparisonsIn(target.filter) : 1);
  write(resource, target, op, value);
}

/** Directories send whole objects, with their id and with what nobody here knows: that is passed over. */
function applyMember(
  resource: Json,
  { op, path = '', value }: PatchOperation,
  kind: ResourceKind,
  looks: Looks,
): void {
  const [name = ''] = path.split(/[.[]/, 1);
  const shape = kind.shapes.get(name.toLowerCase());
  if (path.includes(':') ? !isOfKnownSchema(path, kind) : !shape || shape.isReadOnly) return;
  apply(resource, { op, path, value }, kind, looks);
}

function write(resource: Json, { extension, ...target }: PatchPath, op: Op, value: unknown): void {
  if (!extension) return writeIn(resource, target, op, value);
  const holder = resource[extension.name];
  const inside = isObject(holder) ? holder : {};
  writeIn(inside, target, op, value);
  resource[extension.name] = inside;
}

function writeIn(holder: Json, { shape, filter, sub }: PatchPath, op: Op, value: unknown): void {
  const isGone = op === 'remove' || value === null;
  if (filter)
    return writeElements(holder, { shape, filter, ...(sub && { sub }) }, isGone ? 'remove' : op, value);
  if (sub) return writeMember(holder, shape, sub, isGone ? undefined : tidiedAs(sub, value));
  if (isGone) return remove(holder, shape, op === 'remove' ? value : undefined);
  const tidy = tidiedAs(shape, value);
  const before = holder[shape.name];
  if (shape.isMany) {
    const list = op === 'add' ? listOf(before) : [];
    const values = unlike(list, bounded(shape, tidy as unknown[]));
    holder[shape.name] = onePrimary(bounded(shape, [...list, ...values]), list.length);
  } else holder[shape.name] = isObject(tidy) && isObject(before) ? { ...before, ...tidy } : tidy;
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** §3.5.2.1: a value that becomes the primary one takes the place of the one that was. */
function onePrimary(list: readonly unknown[], firstNew: number): readonly unknown[] {
  const isPrimary = (value: unknown): boolean => isObject(value) && value['primary'] === true;
  if (!list.slice(firstNew).some(isPrimary)) return list;
  return list.map((value, index) =>
    index < firstNew && isPrimary(value) ? { ...(value as Json), primary: false } : value,
  );
}

/** Some directories name in `value` which elements of a list go, instead of in brackets. */
function remove(holder: Json, shape: Shape, value: unknown): void {
  const named =
    value === undefined || !shape.isMany ? undefined : (tidiedAs(shape, value) as unknown[] | undefined);
  if (!named) {
    delete holder[shape.name];
    return;
  }
  const isNamed = sameAs(named);
  holder[shape.name] = listOf(holder[shape.name]).filter((each) => !isNamed(each));
}

function writeMember(holder: Json, shape: Shape, sub: Shape, value: unknown): void {
  const before = holder[shape.name];
  if (shape.isMany) {
    const list = listOf(before).filter(isObject);
    const all = list.length > 0 || value === undefined ? list : [{}];
    holder[shape.name] = all.map((each) => withMember(each, sub, value));
  } else holder[shape.name] = withMember(isObject(before) ? before : {}, sub, value);
}

function withMember(object: Json, { name }: Shape, value: unknown): Json {
  const others = Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
  return value === undefined ? others : { ...others, [name]: value };
}

function writeElements(
  holder: Json,
  { shape, filter, sub }: Required<Pick<PatchPath, 'shape' | 'filter'>> & Pick<PatchPath, 'sub'>,
  op: Op,
  value: unknown,
): void {
  const list = bounded(shape, listOf(holder[shape.name])).filter(isObject);
  const chosen = new Set(list.filter((each) => matches(filter, each)));
  if (op === 'remove' && !sub) {
    holder[shape.name] = list.filter((each) => !chosen.has(each));
    return;
  }
  const tidy = op === 'remove' ? undefined : sub ? tidiedAs(sub, value) : tidiedOne(shape, value);
  if (!sub && !isObject(tidy)) throw badRequest('invalidValue', 'An element of this list is an object');
  const written = (each: Json): Json =>
    sub ? withMember(each, sub, tidy) : op === 'add' ? { ...each, ...(tidy as Json) } : (tidy as Json);
  const isNew = chosen.size === 0 && op !== 'remove';
  const after = list.map((each) => (chosen.has(each) ? written(each) : each));
  holder[shape.name] = isNew
    ? bounded(shape, [...after, { ...said(filter, shape), ...written({}) }])
    : primaryOf(after, list, chosen);
}

/** Of several primary values, the one that was written stays. */
function primaryOf(after: Json[], before: readonly Json[], chosen: ReadonlySet<Json>): Json[] {
  const became = after.some((each, index) => chosen.has(before[index]!) && each['primary'] === true);
  if (!became) return after;
  return after.map((each, index) =>
    !chosen.has(before[index]!) && each['primary'] === true ? { ...each, primary: false } : each,
  );
}

/**
 * What the brackets say an element is: with it Entra ID adds `emails[type eq "work"].value` where there is none.
 * @throws ScimRefusal noTarget when they leave it open
 */
function said(filter: Filter, shape: Shape): Json {
  if (filter.kind === 'and')
    return Object.assign({}, ...filter.parts.map((part) => said(part, shape))) as Json;
  const member =
    filter.kind === 'compare' && filter.op === 'eq' ? shape.members?.get(filter.path.name) : undefined;
  if (filter.kind !== 'compare' || !member || filter.value === undefined || filter.value === null)
    throw badRequest('noTarget', 'The path chooses no value that there is');
  return { [member.name]: tidiedOne(member, filter.value) };
}
