import { get } from '../support/http.js';
import type { TestServer } from '../support/server.js';

/** One route as the OpenAPI document has it. */
export interface Route {
  method: string;
  /** Below `/admin/v1`, with `{id}`. */
  path: string;
  scope: string;
  operation: Operation;
}

interface Operation {
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}

export interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  format?: string;
  enum?: string[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
}

export interface OpenApi {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, Schema>;
    securitySchemes: Record<
      string,
      { type: string; flows: Record<string, { scopes: Record<string, string> }> }
    >;
  };
}

/** What comes with a body and changes nothing: the right to read is enough. */
const READING_POSTS: readonly string[] = ['/audit/aggregate', '/tokens/lookup', '/audit/verify'];

export const onlyReads = ({ method, path }: Pick<Route, 'method' | 'path'>): boolean =>
  method === 'GET' || READING_POSTS.includes(path);

const PREFIX = '/admin/v1';

export async function openApi(server: TestServer): Promise<OpenApi> {
  const response = await get(`${server.base}${PREFIX}/openapi.json`);
  if (response.status !== 200) throw new Error(`openapi.json answered ${response.status}: ${response.text}`);
  return response.json<OpenApi>();
}

/** Every route of the document. @throws Error when one has no scope. */
export function routesOf(document: OpenApi): Route[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const scope = operation.security?.[0]?.['oauth2']?.[0];
      if (!scope) throw new Error(`${method} ${path} names no scope`);
      return {
        method: method.toUpperCase(),
        path: path.slice(path.indexOf(PREFIX) + PREFIX.length),
        scope,
        operation,
      };
    }),
  );
}

/** What of `value` is not as the schema says; empty when all is. Members that are not declared count. */
export function mismatches(document: OpenApi, schema: Schema, value: unknown, at = '$'): string[] {
  if (schema.$ref) {
    const named = document.components.schemas[schema.$ref.split('/').at(-1)!];
    return named ? mismatches(document, named, value, at) : [`${at}: ${schema.$ref} is not in the document`];
  }
  if (schema.allOf) return schema.allOf.flatMap((part) => mismatches(document, part, value, at));
  if (schema.enum)
    return schema.enum.includes(value as string) ? [] : [`${at}: ${String(value)} is not one of the values`];
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return [`${at}: not an array`];
    return value.flatMap((item, index) => mismatches(document, schema.items ?? {}, item, `${at}[${index}]`));
  }
  if (schema.type === 'object') return objectMismatches(document, schema, value, at);
  const fits = {
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    integer: Number.isInteger(value),
    number: typeof value === 'number',
  }[schema.type ?? ''];
  if (!fits) return [`${at}: ${JSON.stringify(value)} is not ${schema.type}`];
  if (schema.format === 'date-time' && new Date(value as string).toISOString() !== value)
    return [`${at}: not a moment in UTC`];
  if (schema.format === 'uuid' && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value as string))
    return [`${at}: not a UUID`];
  return [];
}

function objectMismatches(document: OpenApi, schema: Schema, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${at}: not an object`];
  const properties = schema.properties ?? {};
  const missing = (schema.required ?? [])
    .filter((name) => !(name in value))
    .map((name) => `${at}.${name}: missing`);
  return Object.entries(value).reduce<string[]>((found, [name, member]) => {
    const declared = properties[name];
    if (declared) return [...found, ...mismatches(document, declared, member, `${at}.${name}`)];
    return schema.additionalProperties ? found : [...found, `${at}.${name}: not declared`];
  }, missing);
}
