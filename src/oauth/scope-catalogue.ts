import { Injectable } from '@nestjs/common';
import { AppConfig, type Role } from '../config/index.js';
import { BUILT_IN_SCOPES, rolesAllow, type ScopeEntry, type ScopeTool } from './scopes.js';

/** Every scope there is: what it lets an app do, what it includes, and which tools stand behind it. */
@Injectable()
export class ScopeCatalogue {
  private readonly entries = new Map<string, ScopeEntry>();
  private readonly tools = new Map<string, ScopeTool[]>();

  constructor(config: AppConfig) {
    for (const entry of BUILT_IN_SCOPES) this.entries.set(entry.name, entry);
    for (const { name, sentence, group } of config.scopes) {
      this.entries.set(name, { name, sentence, group, resource: 'mcp', includes: [] });
    }
  }

  has(scope: string): boolean {
    return this.entries.has(scope);
  }

  get(scope: string): ScopeEntry | undefined {
    return this.entries.get(scope);
  }

  /** All names, in the order of the catalogue. */
  names(): string[] {
    return [...this.entries.keys()];
  }

  /** Which of `required` the granted scopes neither name nor include. */
  missing(granted: readonly string[], required: readonly string[]): string[] {
    const held = new Set(granted.flatMap((scope) => [scope, ...(this.entries.get(scope)?.includes ?? [])]));
    return required.filter((scope) => !held.has(scope));
  }

  /** The scopes at the admin resource that a role gives. */
  administration(role: Role): string[] {
    return [...this.entries.values()]
      .filter(({ name, resource }) => resource === 'admin' && rolesAllow([role], name))
      .map(({ name }) => name);
  }

  /** Tells the consent page that a tool stands behind a scope. Called at start. */
  attachTool(scope: string, tool: ScopeTool): void {
    this.tools.set(scope, [...(this.tools.get(scope) ?? []), tool]);
  }

  /** The tools behind a scope, without those behind a scope it includes that is listed beside it. */
  toolsOf(scope: string, beside: readonly string[]): readonly ScopeTool[] {
    const included = (this.entries.get(scope)?.includes ?? []).filter((name) => !beside.includes(name));
    return [scope, ...included].flatMap((name) => this.tools.get(name) ?? []);
  }
}
