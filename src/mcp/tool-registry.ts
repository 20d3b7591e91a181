import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ScopeCatalogue } from '../oauth/index.js';
import { REQUIRED_SCOPES, TOOL } from './decorators.js';
import { prepare, problemsOf, type RegisteredTool, type ToolDeclaration } from './tool-declaration.js';
import type { ToolCaller, ToolOptions } from './tool.js';

/** The tools of all providers, found at start. A tool that nobody could be refused is a reason not to start. */
@Injectable()
export class ToolRegistry implements OnApplicationBootstrap {
  private tools: ReadonlyMap<string, RegisteredTool> = new Map();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  onApplicationBootstrap(): void {
    const declarations = this.declarations();
    const problems = problemsOf(declarations, (scope) => this.catalogue.has(scope));
    if (problems.length > 0) throw new Error(`The tools cannot be served:\n- ${problems.join('\n- ')}`);
    const tools = declarations.map(prepare).sort((a, b) => (a.name < b.name ? -1 : 1));
    this.tools = new Map(tools.map((tool) => [tool.name, tool]));
    for (const { name, title, scopes, risk } of tools) {
      for (const scope of scopes) {
        this.catalogue.attachTool(scope, { name, title, destructive: risk === 'destructive' });
      }
    }
  }

  /** In the order of their names, which never changes while the server runs. */
  all(): readonly RegisteredTool[] {
    return [...this.tools.values()];
  }

  find(name: unknown): RegisteredTool | undefined {
    return typeof name === 'string' ? this.tools.get(name) : undefined;
  }

  /** The one answer to "may this be called": asked by the guard, the dispatcher and the list alike. */
  missingScopes(tool: RegisteredTool, granted: readonly string[]): string[] {
    return this.catalogue.missing(granted, tool.scopes);
  }

  private declarations(): ToolDeclaration[] {
    const providers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    return providers.flatMap((wrapper) => {
      const prototype = (wrapper.metatype as { prototype?: object } | null)?.prototype;
      if (!prototype) return [];
      const instance = wrapper.isDependencyTreeStatic()
        ? (wrapper.instance as object | undefined)
        : undefined;
      return this.scanner
        .getAllMethodNames(prototype)
        .flatMap((method) => this.declaration(prototype, method, instance));
    });
  }

  private declaration(prototype: object, key: string, instance: object | undefined): ToolDeclaration[] {
    const method = (prototype as Record<string, unknown>)[key];
    if (typeof method !== 'function') return [];
    const options = this.reflector.get<ToolOptions | undefined>(TOOL, method);
    const scopes = this.reflector.get<readonly string[] | undefined>(REQUIRED_SCOPES, method);
    if (!options && !scopes) return [];
    const where = `${prototype.constructor.name}.${key}`;
    const invoke = (input: unknown, caller: ToolCaller): unknown =>
      Reflect.apply(method, instance, [input, caller]);
    return [{ where, ...(options && { options }), ...(scopes && { scopes }), ...(instance && { invoke }) }];
  }
}
