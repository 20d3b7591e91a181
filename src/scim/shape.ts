/** What of a schema definition is read here. */
interface Defined {
  readonly id: string;
  readonly attributes: readonly (Attribute | Defined)[];
}
interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly config: { readonly multiValued?: boolean; readonly mutable?: boolean | string };
  readonly subAttributes?: readonly Attribute[];
}

/** An attribute, or an extension by its URN. */
export interface Shape {
  readonly name: string;
  readonly isBoolean: boolean;
  readonly isMany: boolean;
  readonly isReadOnly: boolean;
  /** Of what has members. */
  readonly members?: Shapes;
}

/** By name in lower case. */
export type Shapes = ReadonlyMap<string, Shape>;

export function shapesOf({ attributes }: Defined): Shapes {
  const shapes = attributes.map((each) => ('config' in each ? shapeOf(each) : extension(each)));
  return new Map(shapes.map((shape) => [shape.name.toLowerCase(), shape]));
}

function shapeOf({ name, type, config, subAttributes }: Attribute): Shape {
  return {
    name,
    isBoolean: type === 'boolean',
    isMany: config.multiValued === true,
    // `schemas` follows from what is there.
    isReadOnly: config.mutable === false || config.mutable === 'readOnly' || name === 'schemas',
    ...(subAttributes && {
      members: new Map(subAttributes.map((each) => [each.name.toLowerCase(), shapeOf(each)])),
    }),
  };
}

function extension({ id, attributes }: Defined): Shape {
  const own = attributes.filter((each): each is Attribute => 'config' in each);
  const members = new Map(own.map((each) => [each.name.toLowerCase(), shapeOf(each)]));
  return { name: id, isBoolean: false, isMany: false, isReadOnly: false, members };
}

export type Json = Record<string, unknown>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What was sent, in the words of the schema: names as it writes them, what it does not know left out, `null` for absent
 * (RFC 7643 §2.5). Some directories write `"True"` where `true` is meant, the id of a manager where an object with it is
 * meant, or one value where a list is.
 */
export function tidied(value: unknown, shapes: Shapes): Json {
  if (!isObject(value)) return {};
  const kept = Object.entries(value).flatMap(([key, member]) => {
    const shape = shapes.get(key.toLowerCase());
    const tidy = shape && tidiedAs(shape, member);
    return shape && tidy !== undefined ? [[shape.name, tidy] as const] : [];
  });
  return Object.fromEntries(kept);
}

/** One value of an attribute; `undefined` when there is none. */
export function tidiedAs(shape: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (shape.isMany) return [value].flat().flatMap((each) => tidiedOne(shape, each) ?? []);
  return tidiedOne(shape, value);
}

export function tidiedOne({ isBoolean, members }: Shape, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (isBoolean && typeof value === 'string' && /^(?:true|false)$/i.test(value))
    return value.toLowerCase() === 'true';
  if (!members) return value;
  if (isObject(value)) return tidied(value, members);
  return typeof value === 'string' && members.has('value') ? { value } : value;
}
