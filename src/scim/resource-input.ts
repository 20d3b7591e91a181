import type { AppConfig } from '../config/index.js';
import { SCIM_BASE } from './scim-controller.js';
import { badRequest } from './scim-refusal.js';
import type { ResourceKind } from './schemas.js';
import { isObject, tidied, type Json } from './shape.js';
import { checkTexts } from './texts.js';

/** Where the API is. */
export const scimUrl = ({ publicUrl }: AppConfig): string => `${publicUrl}/${SCIM_BASE}`;

/**
 * A resource as somebody sent it, in the words of its schema and with the types that it must have; what only this server
 * says is passed over (RFC 7644 §3.5.1).
 * @throws ScimRefusal invalidSyntax, invalidValue
 */
export function readResource(data: unknown, kind: ResourceKind): Json {
  if (!isObject(data)) throw badRequest('invalidSyntax', 'The body is one JSON object');
  const schemas = Object.entries(data).find(([name]) => name.toLowerCase() === 'schemas')?.[1];
  if (schemas !== undefined && !(Array.isArray(schemas) && schemas.some((each) => isUrn(each, kind.schema))))
    throw badRequest('invalidSyntax', `A ${kind.name} has the schema ${kind.schema}`);
  checkTexts(data);
  const checked = Object.entries(kind.check(tidied(data, kind.shapes)));
  return Object.fromEntries(checked.filter(([name]) => !kind.shapes.get(name.toLowerCase())?.isReadOnly));
}

const isUrn = (value: unknown, urn: string): boolean =>
  typeof value === 'string' && value.toLowerCase() === urn.toLowerCase();
