import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { ConfigError } from '../../config/index.js';
import { Bearers, ScopeCatalogue } from '../../oauth/index.js';
import { McpRegistry } from '../items/mcp-registry.js';
import type { ToolPolicy } from './rules.js';
import { isAbout } from './strictest.js';
import { ToolPolicies } from './tool-policies.js';
import { comparable } from './tool-policy-view.js';

/** A member of a policy, and the name in it that nothing has. */
export interface UnknownName {
  readonly member: 'scopes' | 'stepUp' | 'items' | 'groups' | 'users' | 'clients';
  readonly name: string;
}

/** Nobody could meet these. */
const FATAL: readonly UnknownName['member'][] = ['scopes', 'stepUp'];

/** Finds names in policies that nothing has. A policy that is about nobody protects nothing, so somebody is told. */
@Injectable()
export class ToolPolicyNames implements OnApplicationBootstrap {
  private readonly logger = new Logger('tool-policies');

  constructor(
    private readonly policies: ToolPolicies,
    private readonly registry: McpRegistry,
    private readonly catalogue: ScopeCatalogue,
    private readonly bearers: Bearers,
  ) {}

  /** @throws ConfigError for what the file asks for and nobody can have; what may come to be later is a warning */
  async onApplicationBootstrap(): Promise<void> {
    const found = await Promise.all(
      this.policies
        .ofFile()
        .map(async (policy) =>
          (await this.unknown(policy)).map(({ member, name }) => ({ policy: policy.name, member, name })),
        ),
    );
    const said = ({ policy, member, name }: UnknownName & { policy: string }) =>
      `policies.toolPolicies: ${policy} names in ${member} "${name}", which there is not`;
    const problems = found.flat().filter(({ member }) => FATAL.includes(member));
    if (problems.length > 0) throw new ConfigError(problems.map(said));
    for (const each of found.flat()) this.logger.warn(said(each));
  }

  /** Names of the items that a policy is about. */
  matches(policy: ToolPolicy): string[] {
    return this.registry
      .items()
      .filter(({ name }) => isAbout(policy, name))
      .map(({ name }) => name);
  }

  async unknown(policy: ToolPolicy): Promise<UnknownName[]> {
    const { items, rules, groups = [], users = [], clients = [] } = policy;
    const compared = comparable(policy);
    const missing = await this.bearers.unknown({
      groups: compared.groups ?? [],
      users: compared.users ?? [],
      clients,
    });
    const { scopes = [], stepUp } = rules;
    const named = (member: UnknownName['member'], names: readonly string[]) =>
      names.map((name) => ({ member, name }));
    return [
      ...named(
        'scopes',
        scopes.filter((scope) => !this.catalogue.has(scope)),
      ),
      ...named(
        'stepUp',
        [stepUp?.acr ?? []].flat().filter((acr) => !this.bearers.knowsLevel(acr)),
      ),
      ...named(
        'items',
        items.filter((item) => this.matches({ ...policy, items: [item] }).length === 0),
      ),
      ...named(
        'groups',
        groups.filter((_, at) => missing.groups.includes(compared.groups?.[at] ?? '')),
      ),
      ...named(
        'users',
        users.filter((_, at) => missing.users.includes(compared.users?.[at] ?? '')),
      ),
      ...named('clients', missing.clients),
    ];
  }
}
