import { isUUID } from 'class-validator';
import type { Attributes, Complex, Scalar, Searchable } from './attributes.js';
import type { AttributePath, Comparison, Constant, Filter } from './filter.js';
import { wrongFilter } from './tokens.js';

type Compare = Extract<Filter, { kind: 'compare' }>;
type Told = string | boolean | Date;

const ORDER: Readonly<Partial<Record<Comparison, string>>> = { gt: '>', ge: '>=', lt: '<', le: '<=' };

/**
 * A condition in SQL; constants are appended to `values` and never stand in it.
 * @throws ScimRefusal invalidFilter for what cannot be searched by
 */
export function sqlOf(filter: Filter, attributes: Searchable, values: unknown[], core: string): string {
  return new Translation(attributes, values, core.toLowerCase()).condition(filter);
}

/**
 * What to sort by, in SQL; `undefined` for what there is not, or not once.
 */
export function sortSqlOf(path: AttributePath, attributes: Searchable, core: string): string | undefined {
  const found = attributesOf(path, attributes, core.toLowerCase())?.[path.name];
  if (found?.kind !== 'complex') return path.sub === undefined ? found?.sql : undefined;
  // RFC 7644 §3.4.2.3: of a list, the primary value; of what has many rows there is none.
  const member = found.members[path.sub ?? found.usual ?? ''];
  return member && found.within('x') === 'x' ? member.sql : undefined;
}

function attributesOf(
  { schema }: AttributePath,
  attributes: Searchable,
  core: string,
): Attributes | undefined {
  const name = schema === undefined || schema === core ? '' : schema;
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}

class Translation {
  constructor(
    private readonly attributes: Searchable,
    private readonly values: unknown[],
    private readonly core: string,
  ) {}

  condition(filter: Filter): string {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return `(${filter.parts.map((part) => this.condition(part)).join(` ${filter.kind.toUpperCase()} `)})`;
      case 'not':
        // What is not known is not so: SQL would leave it open.
        return `NOT coalesce(${this.condition(filter.part)}, false)`;
      case 'has':
        return this.has(filter.path, filter.filter);
      case 'compare':
        return this.compare(filter);
    }
  }

  private has(path: AttributePath, filter: Filter): string {
    const found = this.find(path);
    if (found.kind !== 'complex' || path.sub !== undefined) throw unsearchable();
    const inner = new Translation({ '': found.members }, this.values, '');
    return found.within(inner.condition(filter));
  }

  private compare(compare: Compare): string {
    const { path } = compare;
    const found = this.find(path);
    if (found.kind === 'complex') return this.compareMember(found, compare);
    if (path.sub !== undefined) throw unsearchable();
    return this.compareScalar(found, compare);
  }

  private compareMember(found: Complex, compare: Compare): string {
    const name = compare.path.sub ?? found.usual;
    const member = name !== undefined && Object.hasOwn(found.members, name) ? found.members[name] : undefined;
    if (!member) throw unsearchable();
    return found.within(this.compareScalar(member, compare));
  }

  private compareScalar(scalar: Scalar, { op, value }: Compare): string {
    const { sql } = scalar;
    if (op === 'pr') return `(${sql} IS NOT NULL)`;
    if (value === null || value === undefined) {
      if (op === 'eq') return `(${sql} IS NULL)`;
      if (op === 'ne') return `(${sql} IS NOT NULL)`;
      throw wrongFilter('Nothing is before or after null');
    }
    return scalar.kind === 'id' ? this.compareId(sql, op, value) : this.compareValue(scalar, op, value);
  }

  /** What cannot be an id is nobody's. */
  private compareId(sql: string, op: Comparison, value: Constant): string {
    if (op !== 'eq' && op !== 'ne') throw wrongFilter('Ids are equal or not');
    const isId = typeof value === 'string' && isUUID(value);
    if (op === 'eq') return isId ? `(${sql} = ${this.parameter(value)}::uuid)` : 'false';
    return isId ? `(${sql} <> ${this.parameter(value)}::uuid)` : 'true';
  }

  private compareValue(scalar: Scalar, op: Comparison, value: Constant): string {
    const { sql, kind, equals } = scalar;
    const told = toldAs(scalar, value);
    const at = `${this.parameter(told)}::${{ boolean: 'boolean', time: 'timestamptz' }[kind as string] ?? 'text'}`;
    if (op === 'eq') return equals ? equals(at) : `(${sql} = ${at})`;
    if (op === 'ne') return `(${sql} IS DISTINCT FROM ${at})`;
    const sign = ORDER[op];
    if (sign && kind === 'time') return `(${sql} ${sign} ${at})`;
    if (kind === 'boolean' || kind === 'time') throw wrongFilter('This operator is for texts');
    if (sign) return `(${sql} COLLATE "C" ${sign} ${at})`;
    if (op === 'co') return `(position(${at} IN ${sql}) > 0)`;
    return op === 'sw' ? `starts_with(${sql}, ${at})` : `(right(${sql}, length(${at})) = ${at})`;
  }

  private find(path: AttributePath): Scalar | Complex {
    const attributes = attributesOf(path, this.attributes, this.core);
    const found = attributes && Object.hasOwn(attributes, path.name) ? attributes[path.name] : undefined;
    if (!found) throw unsearchable();
    return found;
  }

  private parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/** A constant as the column has it. */
function toldAs({ kind, key }: Scalar, value: Constant): Told {
  if (kind === 'boolean') {
    const said = String(value).toLowerCase();
    if (said === 'true' || said === 'false') return said === 'true';
  }
  if (kind === 'time' && typeof value === 'string') {
    const time = /^\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?$/.test(value)
      ? new Date(value)
      : undefined;
    if (time && !Number.isNaN(time.getTime())) return time;
  }
  if ((kind === 'text' || kind === 'exact') && typeof value === 'string')
    return kind === 'exact' ? value : key ? key(value) : value.toLowerCase();
  throw wrongFilter('The filter compares with a value of another type');
}

const unsearchable = () => wrongFilter('The filter names an attribute that cannot be searched by');
