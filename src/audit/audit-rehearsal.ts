import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rehearse } from '../database/index.js';
import { currentAudit } from './audit-context.js';
import type { AuditEventBody } from './audit-row.js';

const noted = new AsyncLocalStorage<AuditEventBody[]>();

/** Keeps what a rehearsal would have recorded, with what would have been sealed of it. */
export function noteRehearsed(events: readonly { readonly body: AuditEventBody }[]): void {
  noted.getStore()?.push(...events.map(({ body }) => body));
}

/** Does what a request asks for and rolls it back: what it would change is what it would record. */
@Injectable()
export class AuditRehearsal {
  constructor(private readonly dataSource: DataSource) {}

  async run<T>(work: () => Promise<T>): Promise<{ outcome: T; events: readonly AuditEventBody[] }> {
    const events: AuditEventBody[] = [];
    try {
      const outcome = await noted.run(events, () => rehearse(this.dataSource, work));
      return { outcome, events };
    } finally {
      // What it recorded was rolled back: the request itself has no event yet.
      const context = currentAudit();
      if (context) delete context.lastEventId;
    }
  }
}
