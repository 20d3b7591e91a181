import type { Asked } from './calls/call-audit.js';
import type { Item } from './items/item.js';
import type { McpRegistry } from './items/mcp-registry.js';
import type { JsonRpcMessage } from './json-rpc-message.js';

/** Something that a message is about to use. */
export interface Wanted {
  readonly kind: Asked['kind'];
  readonly item: Item;
  readonly requested: string;
  readonly args: unknown;
}

type Params = Readonly<Record<string, unknown>>;
type Finder = (params: Params, registry: McpRegistry) => (Wanted | undefined)[];

/** More are not looked at; the SDK refuses a filter that long. */
const MAX_SUBSCRIPTIONS = 1_000;

const FINDERS: Readonly<Record<string, Finder>> = {
  'tools/call': ({ name, arguments: args }, registry) => [named('tool', registry.tool(name), args)],
  'prompts/get': ({ name, arguments: args }, registry) => [named('prompt', registry.prompt(name), args)],
  'resources/read': ({ uri }, registry) => [resource(uri, registry)],
  'resources/subscribe': ({ uri }, registry) => [resource(uri, registry)],
  'subscriptions/listen': ({ notifications }, registry) =>
    urisOf(notifications).map((uri) => resource(uri, registry)),
  'completion/complete': ({ ref, argument }, registry) => {
    const found =
      isObject(ref) && isObject(argument) ? registry.completion(ref, argument['name']) : undefined;
    return [named('completion', found?.item, argument)];
  },
};

/** The tools, resources and prompts that a message names, as far as they exist. */
export function wantedBy({ method, params = {} }: JsonRpcMessage, registry: McpRegistry): Wanted[] {
  const find = Object.hasOwn(FINDERS, method) ? FINDERS[method] : undefined;
  return (find?.(params, registry) ?? []).filter((wanted) => wanted !== undefined);
}

function named(kind: Wanted['kind'], item: Item | undefined, args: unknown): Wanted | undefined {
  return item && { kind, item, requested: item.name, args };
}

function resource(uri: unknown, registry: McpRegistry): Wanted | undefined {
  const found = registry.resourceAt(uri);
  return found && { kind: 'resource', item: found.item, requested: String(uri), args: undefined };
}

function urisOf(notifications: unknown): unknown[] {
  const uris = isObject(notifications) ? notifications['resourceSubscriptions'] : undefined;
  return Array.isArray(uris) ? uris.slice(0, MAX_SUBSCRIPTIONS) : [];
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null;
}
