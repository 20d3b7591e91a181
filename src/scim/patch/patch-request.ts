import { badRequest } from '../scim-refusal.js';
import { isObject } from '../shape.js';

export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const OPS = ['add', 'remove', 'replace'] as const;
export const MAX_OPERATIONS = 1_000;

export interface PatchOperation {
  readonly op: (typeof OPS)[number];
  readonly path?: string;
  readonly value?: unknown;
}

/**
 * RFC 7644 §3.5.2. Entra ID writes `Add` and `Replace`.
 * @throws ScimRefusal invalidSyntax, invalidPath, invalidValue
 */
export function readPatch(body: unknown): PatchOperation[] {
  const { schemas, operations } = membersOf(body);
  if (!Array.isArray(schemas) || !schemas.includes(PATCH_OP))
    throw badRequest('invalidSyntax', `A patch has the schema ${PATCH_OP}`);
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MAX_OPERATIONS)
    throw badRequest('invalidSyntax', `A patch has 1 to ${MAX_OPERATIONS} Operations`);
  return operations.map(readOperation);
}

function membersOf(body: unknown): Record<string, unknown> {
  if (!isObject(body)) return {};
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name.toLowerCase(), value]));
}

function readOperation(raw: unknown): PatchOperation {
  const { op: said, path, value } = membersOf(raw);
  const op = OPS.find((name) => typeof said === 'string' && name === said.toLowerCase());
  if (!op) throw badRequest('invalidSyntax', 'The op of an operation is add, remove or replace');
  if (path !== undefined && typeof path !== 'string')
    throw badRequest('invalidPath', 'The path of an operation is a text');
  if (op !== 'remove' && value === undefined)
    throw badRequest('invalidValue', `The operation ${op} needs a value`);
  if (op === 'remove' && !path) throw badRequest('noTarget', 'The operation remove needs a path');
  return { op, ...(path && { path }), ...(value !== undefined && { value }) };
}
