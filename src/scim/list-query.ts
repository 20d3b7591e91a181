import type { AttributePath, Filter } from './filter/filter.js';
import { attributePath, parseFilter } from './filter/parse-filter.js';
import { Projection } from './projection.js';
import { badRequest } from './scim-refusal.js';
import type { ResourceKind } from './schemas.js';

/** What of many resources is wanted (RFC 7644 §3.4.2). */
export interface ListQuery {
  readonly filter?: Filter;
  readonly sortBy?: AttributePath;
  readonly descending: boolean;
  /** From 1. */
  readonly startIndex: number;
  readonly count: number;
  readonly projection: Projection;
}

export interface ListPage {
  readonly totalResults: number;
  readonly resources: readonly object[];
}

const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const MAX_INDEX = 1_000_000_000;

/**
 * From a query, or from the body of a search; what is not known is ignored.
 * @throws ScimRefusal invalidFilter, invalidValue
 */
export function readListQuery(raw: object, kind: ResourceKind, pageSize: number): ListQuery {
  const { filter, sortBy, sortOrder, startIndex, count, ...rest } = raw as Record<string, unknown>;
  for (const [name, value] of Object.entries({ filter, sortBy, sortOrder }))
    if (value !== undefined && typeof value !== 'string')
      throw badRequest(name === 'filter' ? 'invalidFilter' : 'invalidValue', `${name} is one text`);
  const order = (sortOrder as string | undefined)?.toLowerCase() ?? 'ascending';
  if (!['ascending', 'descending'].includes(order))
    throw badRequest('invalidValue', 'sortOrder is ascending or descending');
  return {
    ...(filter !== undefined && { filter: parseFilter(filter as string) }),
    ...(sortBy !== undefined && { sortBy: attributePath(sortBy as string) }),
    descending: order === 'descending',
    // §3.4.2.4: less than the least counts as the least.
    startIndex: Math.max(1, integerOf('startIndex', startIndex, 1)),
    count: Math.min(pageSize, Math.max(0, integerOf('count', count, pageSize))),
    projection: Projection.read(rest, kind),
  };
}

function integerOf(name: string, value: unknown, usual: number): number {
  if (value === undefined) return usual;
  const number = typeof value === 'string' && /^-?\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    throw badRequest('invalidValue', `${name} is an integer`);
  return Math.min(number, MAX_INDEX);
}

export function listResponse(
  { totalResults, resources }: ListPage,
  { startIndex, projection }: ListQuery,
): object {
  return {
    schemas: [LIST_RESPONSE],
    totalResults,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources.map((resource) => projection.of(resource as Record<string, unknown>)),
  };
}
