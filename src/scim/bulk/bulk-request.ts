import { badRequest, ScimRefusal } from '../scim-refusal.js';
import { isObject } from '../shape.js';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
const REFERENCE = /^bulkId:(.+)$/;

export interface BulkOperation {
  readonly method: (typeof METHODS)[number];
  /** What others in the request call the resource that this one makes. */
  readonly bulkId?: string;
  readonly endpoint: string;
  /** Of an existing resource, or `bulkId:` and a name. */
  readonly id?: string;
  readonly version?: string;
  readonly data?: unknown;
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[];
  /** So many errors end it; absent: it goes on whatever happens. */
  readonly failOnErrors?: number;
}

/** RFC 7644 §3.7. @throws ScimRefusal */
export function readBulk(body: unknown, maxOperations: number): BulkRequest {
  const { schemas, Operations: raw, failOnErrors } = isObject(body) ? body : {};
  if (!Array.isArray(schemas) || !schemas.includes(BULK_REQUEST) || !Array.isArray(raw))
    throw badRequest('invalidSyntax', `A bulk request has the schema ${BULK_REQUEST} and Operations`);
  if (raw.length > maxOperations)
    throw new ScimRefusal(413, `There are more than ${maxOperations} operations`, {
      reason: 'too_many_operations',
    });
  const operations = raw.map(readOperation);
  const names = operations.flatMap(({ bulkId }) => bulkId ?? []);
  if (new Set(names).size < names.length) throw badRequest('invalidSyntax', 'A bulkId is there twice');
  if (failOnErrors === undefined) return { operations };
  if (typeof failOnErrors !== 'number' || !Number.isInteger(failOnErrors) || failOnErrors < 1)
    throw badRequest('invalidValue', 'failOnErrors is a positive integer');
  return { operations, failOnErrors };
}

function readOperation(raw: unknown): BulkOperation {
  const { method: said, bulkId, path, version, data } = isObject(raw) ? raw : {};
  const method = METHODS.find((name) => typeof said === 'string' && name === said.toUpperCase());
  if (!method) throw badRequest('invalidSyntax', `The method of an operation is ${METHODS.join(', ')}`);
  const [, endpoint, id] = /^\/([A-Za-z]+)(?:\/([^/?]+))?$/.exec(typeof path === 'string' ? path : '') ?? [];
  if (endpoint === undefined || (method === 'POST') !== (id === undefined))
    throw badRequest(
      'invalidPath',
      'The path of an operation is /Users or /Groups, with an id unless it is a POST',
    );
  for (const text of [bulkId, version])
    if (text !== undefined && (typeof text !== 'string' || text === '' || text.length > 200))
      throw badRequest('invalidValue', 'bulkId and version are texts');
  if (method === 'POST' && bulkId === undefined) throw badRequest('invalidValue', 'A POST has a bulkId');
  return {
    method,
    endpoint,
    ...(id !== undefined && { id }),
    ...(bulkId !== undefined && { bulkId: bulkId as string }),
    ...(version !== undefined && { version: version as string }),
    ...(data !== undefined && { data }),
  };
}

/** The names of other operations that this one refers to. */
export function referencesOf({ id, data }: BulkOperation): string[] {
  return [id, ...textsIn(data)].flatMap((text) => REFERENCE.exec(text ?? '')?.[1] ?? []);
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The same with the ids in place of the names. */
export function resolved(operation: BulkOperation, ids: ReadonlyMap<string, string>): BulkOperation {
  const of = (text: string): string => ids.get(REFERENCE.exec(text)?.[1] ?? '') ?? text;
  const replaced = (value: unknown): unknown => {
    if (typeof value === 'string') return of(value);
    if (Array.isArray(value)) return value.map(replaced);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, replaced(member)]));
  };
  const { id, data } = operation;
  return {
    ...operation,
    ...(id !== undefined && { id: of(id) }),
    ...(data !== undefined && { data: replaced(data) }),
  };
}
