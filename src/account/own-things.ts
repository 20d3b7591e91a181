import { Injectable } from '@nestjs/common';
import { ClientsService } from '../oauth/index.js';
import type { AccountView } from '../pages/index.js';
import { SessionList, type SignedIn } from '../sessions/index.js';
import { browserName } from './browser-name.js';

export type AccountNotice = NonNullable<AccountView['notice']>['kind'];
const NOTICES: readonly string[] = ['app_ended', 'session_ended', 'all_ended'] satisfies AccountNotice[];
const MAX_SESSIONS = 50;

@Injectable()
export class OwnThings {
  constructor(
    private readonly list: SessionList,
    private readonly clients: ClientsService,
  ) {}

  async sessions(person: SignedIn): Promise<AccountView['sessions']> {
    const { items } = await this.list.list({ userId: person.userId, active: true, limit: MAX_SESSIONS });
    return items.map(({ id, createdAt, lastSeenAt, ip, userAgent }) => {
      const browser = browserName(userAgent);
      return {
        id,
        current: id === person.sessionId,
        createdAt,
        lastSeenAt,
        ...(ip && { ip }),
        ...(browser && { browser }),
      };
    });
  }

  /** What the redirect after a form says was done; words and names come from here, not from the query. */
  async notice({ done, app }: Record<string, unknown>): Promise<AccountView['notice']> {
    if (typeof done !== 'string' || !NOTICES.includes(done)) return undefined;
    const client = typeof app === 'string' ? await this.clients.find(app) : undefined;
    return { kind: done as AccountNotice, ...(client && { subject: client.name }) };
  }
}
