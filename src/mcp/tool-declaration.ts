import type { Tool as ToolListing } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { ToolCaller, ToolOptions } from './tool.js';

export type ToolRisk = 'read' | 'change' | 'destructive';

/** A tool as it was found at start, with everything prepared that does not depend on the call. */
export interface RegisteredTool {
  readonly name: string;
  readonly title: string;
  readonly scopes: readonly string[];
  readonly risk: ToolRisk;
  readonly timeoutMs: number;
  /** What of the arguments the trail does not keep. */
  readonly redact: readonly string[];
  readonly input: z.ZodObject;
  readonly output?: z.ZodObject;
  /** The entry in `tools/list`. */
  readonly listing: ToolListing;
  readonly invoke: (input: unknown, caller: ToolCaller) => unknown;
}

/** What the decorators of one method say. */
export interface ToolDeclaration {
  /** `NotesTools.add`, for messages. */
  readonly where: string;
  readonly options?: ToolOptions;
  readonly scopes?: readonly string[];
  /** Absent when there is no single instance to call. */
  readonly invoke?: RegisteredTool['invoke'];
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const DEFAULT_TIMEOUT_MS = 60_000;

/** Everything that is wrong with the declarations, so that it can be put right at once. */
export function problemsOf(
  declarations: readonly ToolDeclaration[],
  scopeExists: (scope: string) => boolean,
): string[] {
  const names = declarations.map(({ options }) => options?.name);
  return declarations.flatMap(({ where, options, scopes, invoke }, at) => {
    if (!options) return [`${where} has @RequireScopes but no @Tool`];
    const tool = `${where}: the tool "${options.name}"`;
    const unknown = scopes?.filter((scope) => !scopeExists(scope)) ?? [];
    return [
      ...(NAME.test(options.name)
        ? []
        : [`${tool} needs a name of up to 64 letters, digits, "_", "-" and "."`]),
      ...(names.indexOf(options.name) < at ? [`${tool} has a name that is already taken`] : []),
      ...(scopes ? [] : [`${tool} declares no scopes; add @RequireScopes('…') so that it can be refused`]),
      ...(scopes?.length === 0 ? [`${tool} requires an empty list of scopes; name at least one`] : []),
      ...unknown.map((scope) => `${tool} requires the unknown scope "${scope}"; declare it under "scopes"`),
      ...(invoke ? [] : [`${tool} belongs to a request-scoped provider; tools need a singleton`]),
    ];
  });
}

/** Prepares a declaration without problems. */
export function prepare({ where, options, scopes, invoke }: ToolDeclaration): RegisteredTool {
  if (!options || !scopes || !invoke) throw new Error(`${where} has problems and cannot be prepared`);
  const { name, title, input, output, annotations } = options;
  return {
    name,
    title,
    scopes,
    risk: riskOf(annotations),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    redact: options.redact ?? [],
    input,
    ...(output && { output }),
    listing: {
      name,
      title,
      description: options.description,
      inputSchema: z.toJSONSchema(input, { io: 'input' }) as ToolListing['inputSchema'],
      ...(output && { outputSchema: z.toJSONSchema(output, { io: 'output' }) }),
      annotations: { title, ...annotations },
    },
    invoke,
  };
}

/** MCP: what is not read-only is destructive unless it says otherwise. */
function riskOf({ readOnlyHint, destructiveHint }: ToolOptions['annotations']): ToolRisk {
  if (readOnlyHint) return 'read';
  return destructiveHint === false ? 'change' : 'destructive';
}
