import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Kind, OptionsOf } from '../authoring/declared.js';
import type { CompletionOptions } from '../authoring/prompt.js';
import { Bearers, ScopeCatalogue } from '../../oauth/index.js';
import { FoundMethods } from './found-methods.js';
import type { FoundMethod, Invoke, Item } from './item.js';
import { nameOf, problemsOf } from './problems.js';
import { promptOf, type RegisteredPrompt } from './prompt-item.js';
import {
  resourceAt,
  resourceOf,
  templateOf,
  type FoundResource,
  type RegisteredResource,
  type RegisteredTemplate,
} from './resource-item.js';
import { toolOf, type RegisteredTool } from './tool-item.js';

/** What a completion is asked about: `ref` of `completion/complete`. */
export interface CompletionTarget {
  readonly item: RegisteredPrompt | RegisteredTemplate;
  /** Absent when nobody has suggestions. */
  readonly invoke?: Invoke;
}

/**
 * The tools, resources and prompts of all providers, found at start, each kind in the order of its names, which never
 * changes while the server runs. One that nobody could be refused is a reason not to start.
 */
@Injectable()
export class McpRegistry implements OnApplicationBootstrap {
  private toolsByName: ReadonlyMap<string, RegisteredTool> = new Map();
  private resourcesByUri: ReadonlyMap<string, RegisteredResource> = new Map();
  private templatesByUri: ReadonlyMap<string, RegisteredTemplate> = new Map();
  private promptsByName: ReadonlyMap<string, RegisteredPrompt> = new Map();
  private completions: ReadonlyMap<string, Invoke> = new Map();

  constructor(
    private readonly methods: FoundMethods,
    private readonly catalogue: ScopeCatalogue,
    private readonly bearers: Bearers,
  ) {}

  onApplicationBootstrap(): void {
    const found = this.methods.all();
    const problems = problemsOf(found, {
      hasScope: (scope) => this.catalogue.has(scope),
      hasLevel: (acr) => this.bearers.knowsLevel(acr),
    });
    if (problems.length > 0) throw new Error(`The tools cannot be served:\n- ${problems.join('\n- ')}`);
    this.toolsByName = byName(found, 'tool', toolOf);
    this.resourcesByUri = byName(found, 'resource', resourceOf);
    this.templatesByUri = byName(found, 'template', templateOf);
    this.promptsByName = byName(found, 'prompt', promptOf);
    this.completions = new Map(
      found.flatMap(({ declared, invoke }) =>
        declared?.kind === 'completion' && invoke ? [[nameOf(declared), invoke] as const] : [],
      ),
    );
    for (const { name, title, scopes, anyScopes, risk } of this.tools()) {
      for (const scope of new Set([...scopes, ...anyScopes.flat()])) {
        this.catalogue.attachTool(scope, { name, title, destructive: risk === 'destructive' });
      }
    }
  }

  tools(): readonly RegisteredTool[] {
    return [...this.toolsByName.values()];
  }

  resources(): readonly RegisteredResource[] {
    return [...this.resourcesByUri.values()];
  }

  templates(): readonly RegisteredTemplate[] {
    return [...this.templatesByUri.values()];
  }

  prompts(): readonly RegisteredPrompt[] {
    return [...this.promptsByName.values()];
  }

  completes(): boolean {
    return this.completions.size > 0;
  }

  tool(name: unknown): RegisteredTool | undefined {
    return typeof name === 'string' ? this.toolsByName.get(name) : undefined;
  }

  prompt(name: unknown): RegisteredPrompt | undefined {
    return typeof name === 'string' ? this.promptsByName.get(name) : undefined;
  }

  resourceAt(uri: unknown): FoundResource | undefined {
    return resourceAt(uri, this.resourcesByUri, this.templatesByUri.values());
  }

  /** What a `ref` of `completion/complete` names, and who suggests values for its argument. */
  completion(ref: { readonly [member: string]: unknown }, argument: unknown): CompletionTarget | undefined {
    const uriTemplate = String(ref['uri']);
    const item =
      ref['type'] === 'ref/prompt' ? this.prompt(ref['name']) : this.templatesByUri.get(uriTemplate);
    if (!item || typeof argument !== 'string') return undefined;
    const options: CompletionOptions =
      item.kind === 'prompt' ? { prompt: item.name, argument } : { uriTemplate, argument };
    const invoke = this.completions.get(nameOf({ kind: 'completion', options }));
    return { item, ...(invoke && { invoke }) };
  }

  /** All of them, of every kind. */
  items(): readonly Item[] {
    return [...this.tools(), ...this.resources(), ...this.templates(), ...this.prompts()];
  }
}

function byName<K extends Kind, I extends Item>(
  found: readonly FoundMethod[],
  kind: K,
  prepare: (method: FoundMethod, options: OptionsOf[K]) => I,
): ReadonlyMap<string, I> {
  const items = found.flatMap((method) =>
    method.declared?.kind === kind ? [prepare(method, method.declared.options as OptionsOf[K])] : [],
  );
  return new Map(items.sort((a, b) => (a.name < b.name ? -1 : 1)).map((item) => [item.name, item]));
}
