import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig, type ToolPolicySection } from '../../config/index.js';
import { isDatabaseUnavailable, isRehearsing, Notices } from '../../database/index.js';
import { McpEvents } from '../subscriptions/mcp-events.js';
import type { ToolPolicy } from './rules.js';
import { comparable, toolPolicyOf } from './tool-policy-view.js';
import { ToolPolicyRow } from './tool-policy.entity.js';

const CHANNEL = 'gatehouse_tool_policies';
const POLL_MS = 500;
/** A view older than this asks the database before anything is decided by it. */
const FUSE_MS = 2_000;

/**
 * The policies in force: those of the configuration file, and those of operators, which every replica keeps in memory.
 * `NOTIFY` is the hint that some changed, a poll the guarantee.
 */
@Injectable()
export class ToolPolicies implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('tool-policies');
  private readonly configured: readonly ToolPolicy[];
  private policies: readonly ToolPolicy[];
  private version = -1;
  private viewedAt = -Infinity;
  private refreshing: Promise<void> | undefined;
  private stopListening: (() => void) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly notices: Notices,
    private readonly events: McpEvents,
  ) {
    this.configured = config.policies.toolPolicies.map(configuredPolicy);
    this.policies = this.configured.map(comparable);
  }

  async onModuleInit(): Promise<void> {
    await this.refresh();
    this.stopListening = await this.notices.subscribe(CHANNEL, () => this.refreshInBackground());
    // The embedded database has no other process that could change something.
    if (!this.config.embedded) this.timer = setInterval(() => this.refreshInBackground(), POLL_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stopListening?.();
    await this.refreshing?.catch(() => undefined);
  }

  /**
   * Those in force, with their selectors as they are compared. No input or output while the view is fresh.
   * @throws the database's error when the view is stale and cannot be renewed
   */
  async current(): Promise<readonly ToolPolicy[]> {
    if (!this.config.embedded && performance.now() - this.viewedAt > FUSE_MS) await this.refresh();
    return this.policies;
  }

  /** Of the configuration file, as it says them. */
  ofFile(): readonly ToolPolicy[] {
    return this.configured;
  }

  /** Call in every transaction that changes a policy: from its commit on, every replica will hear of it. */
  async announce(tx: EntityManager): Promise<void> {
    await tx.query('UPDATE tool_policies_state SET version = version + 1');
    await this.notices.announce(tx, CHANNEL);
  }

  /** Takes in everything that is committed by now. */
  async catchUp(): Promise<void> {
    await this.refreshing?.catch(() => undefined); // That one may have looked before.
    await this.refresh();
  }

  private refreshInBackground(): void {
    this.refresh().catch((error: unknown) => {
      if (!isDatabaseUnavailable(error)) this.logger.error(error);
    });
  }

  private refresh(): Promise<void> {
    if (isRehearsing()) return Promise.resolve();
    this.refreshing ??= this.read().finally(() => (this.refreshing = undefined));
    return this.refreshing;
  }

  /** The version is read first: a change in between is read now, and once more by the next poll. */
  private async read(): Promise<void> {
    const startedAt = performance.now();
    const [state] = await this.dataSource.query<{ version: string }[]>(
      'SELECT version FROM tool_policies_state',
    );
    const version = Number(state?.version ?? 0);
    if (version !== this.version) {
      const rows = await this.dataSource.getRepository(ToolPolicyRow).find({ order: { id: 'ASC' } });
      this.policies = [...this.configured, ...rows.map(toolPolicyOf)].map(comparable);
      if (this.version !== -1) this.tellClients();
      this.version = version;
    }
    this.viewedAt = startedAt;
  }

  /** Each replica tells those who listen to it, when it would answer them by the new policies. */
  private tellClients(): void {
    for (const kind of ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed'] as const)
      this.events.tellHere({ kind });
  }
}

function configuredPolicy(section: ToolPolicySection): ToolPolicy {
  const { name, items, clients, groups, users, stepUp, quota, ...rest } = section;
  const { scopes, roles, disabled, redact, timeoutMs } = rest;
  return {
    ...{ name, items, version: 1 },
    ...(clients && { clients }),
    ...(groups && { groups }),
    ...(users && { users }),
    rules: {
      ...(scopes && { scopes }),
      ...(roles && { roles }),
      ...(stepUp && { stepUp: { ...stepUp } }),
      ...(quota && { quota: { ...quota } }),
      ...(disabled && { disabled }),
      ...(redact && { redact }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    },
  };
}
