import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ends, RevocationLedger } from '../../revocation/index.js';
import { McpEvents } from '../subscriptions/mcp-events.js';
import { LegacySessions } from './legacy-sessions.js';

/** What happens elsewhere and concerns sessions: changes to tell of, and authorizations that end. */
@Injectable()
export class SessionNews implements OnModuleInit, OnModuleDestroy {
  private stops: (() => void)[] = [];

  constructor(
    private readonly sessions: LegacySessions,
    private readonly events: McpEvents,
    private readonly ledger: RevocationLedger,
  ) {}

  onModuleInit(): void {
    if (!this.sessions.enabled) return;
    this.stops = [
      this.events.subscribe((event) => this.sessions.tell(event)),
      this.ledger.onEnded((rows) => this.sessions.endWhere((token) => rows.some((row) => ends(row, token)))),
    ];
  }

  onModuleDestroy(): void {
    for (const stop of this.stops) stop();
  }
}
