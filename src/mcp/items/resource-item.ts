import {
  UriTemplate,
  type CacheHint,
  type Resource,
  type ResourceTemplateType,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ResourceOptions, ResourceTemplateOptions } from '../authoring/resource.js';
import { commonOf, type FoundMethod, type Item } from './item.js';

interface Readable extends Item {
  readonly mimeType?: string;
  readonly cache?: CacheHint;
}

export interface RegisteredResource extends Readable {
  readonly kind: 'resource';
  /** The entry in `resources/list`. */
  readonly listing: Resource;
}

export interface RegisteredTemplate extends Readable {
  readonly kind: 'template';
  readonly template: UriTemplate;
  /** The entry in `resources/templates/list`. */
  readonly listing: ResourceTemplateType;
}

/** A resource to read, and what its method is given. */
export interface FoundResource {
  readonly item: RegisteredResource | RegisteredTemplate;
  readonly input: unknown;
}

const NOTHING = z.object({});
/** Longer ones are nobody's. Also bounds what matching them against templates costs. */
export const MAX_URI = 2_048;

export function resourceOf(found: FoundMethod, options: ResourceOptions): RegisteredResource {
  return {
    kind: 'resource',
    ...readable(found, options),
    name: options.uri,
    input: NOTHING,
    listing: { uri: options.uri, ...listed(options) },
  };
}

export function templateOf(found: FoundMethod, options: ResourceTemplateOptions): RegisteredTemplate {
  return {
    kind: 'template',
    ...readable(found, options),
    name: options.uriTemplate,
    input: options.input,
    template: new UriTemplate(options.uriTemplate),
    listing: { uriTemplate: options.uriTemplate, ...listed(options) },
  };
}

/** The resource of a URI: the one that is declared, or else the first template that it matches. */
export function resourceAt(
  uri: unknown,
  resources: ReadonlyMap<string, RegisteredResource>,
  templates: Iterable<RegisteredTemplate>,
): FoundResource | undefined {
  if (typeof uri !== 'string' || uri.length > MAX_URI) return undefined;
  const item = resources.get(uri);
  if (item) return { item, input: {} };
  for (const template of templates) {
    const input = template.input.safeParse(variablesOf(template, uri));
    if (input.success) return { item: template, input: input.data };
  }
  return undefined;
}

/** RFC 6570 percent-encodes values; ones that cannot be decoded match nothing. */
function variablesOf({ template }: RegisteredTemplate, uri: string): unknown {
  const found = template.match(uri);
  if (!found) return undefined;
  try {
    const decode = (value: string | string[]) =>
      typeof value === 'string' ? decodeURIComponent(value) : value.map(decodeURIComponent);
    return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, decode(value)]));
  } catch {
    return undefined;
  }
}

function readable(found: FoundMethod, options: ResourceOptions | ResourceTemplateOptions) {
  return {
    title: options.title,
    ...commonOf(found, 'read', options.timeoutMs),
    ...(options.mimeType && { mimeType: options.mimeType }),
    ...(options.cache && { cache: options.cache }),
  };
}

function listed({
  name,
  title,
  description,
  mimeType,
  annotations,
}: ResourceOptions | ResourceTemplateOptions) {
  return { name, title, description, ...(mimeType && { mimeType }), ...(annotations && { annotations }) };
}
