import { randomUUID } from 'node:crypto';
import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Notices } from '../../database/index.js';

const CHANNEL = 'gatehouse_mcp_events';

type Listener = (event: ServerEvent) => void;

/**
 * Tells subscribed clients that something changed, on whichever replica they listen. Whoever listens is told that, not
 * what: a client reads again, and is refused what it may not see.
 */
@Injectable()
export class McpEvents implements ServerEventBus, OnModuleInit {
  private readonly logger = new Logger('mcp');
  private readonly listeners = new Set<Listener>();
  private readonly replica = randomUUID();

  constructor(
    private readonly notices: Notices,
    private readonly dataSource: DataSource,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.notices.subscribe(CHANNEL, (payload) => {
      const { from, event } = JSON.parse(payload) as { from: string; event: ServerEvent };
      if (from !== this.replica) this.deliver(event);
    });
  }

  toolsChanged(): void {
    this.publish({ kind: 'tools_list_changed' });
  }

  promptsChanged(): void {
    this.publish({ kind: 'prompts_list_changed' });
  }

  resourcesChanged(): void {
    this.publish({ kind: 'resources_list_changed' });
  }

  resourceUpdated(uri: string): void {
    this.publish({ kind: 'resource_updated', uri });
  }

  /** Tells those who listen to this replica, of something that the others learn by themselves. */
  tellHere(event: ServerEvent): void {
    this.deliver(event);
  }

  publish(event: ServerEvent): void {
    this.deliver(event);
    const payload = JSON.stringify({ from: this.replica, event });
    this.notices.announce(this.dataSource.manager, CHANNEL, payload).catch((error: unknown) => {
      this.logger.warn(`a change could not be told to the other replicas: ${String(error)}`);
    });
  }

  subscribe(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private deliver(event: ServerEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
