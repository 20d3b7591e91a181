import { Injectable } from '@nestjs/common';
import { ClientsService } from '../oauth/index.js';
import type { AccountNotice, AccountProblem, AccountView } from '../pages/index.js';
import { SessionList, SignInWays, type SignedIn } from '../sessions/index.js';
import { SignIns } from './sign-ins.js';
import { browserName } from './browser-name.js';

type Said = Pick<AccountView, 'notice' | 'problem'>;
const NOTICES = {
  app_ended: true,
  session_ended: true,
  all_ended: true,
  sign_in_connected: true,
  sign_in_disconnected: true,
} satisfies Record<AccountNotice, true>;
const PROBLEMS = {
  sign_in_not_connected: true,
  last_way_in: true,
  not_fresh: true,
} satisfies Record<AccountProblem, true>;
const MAX_SESSIONS = 50;

@Injectable()
export class OwnThings {
  constructor(
    private readonly list: SessionList,
    private readonly clients: ClientsService,
    private readonly ways: SignInWays,
    readonly signIns: SignIns,
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

  /** What the redirect after a form says was done, or not; words and names come from here, not from the query. */
  async said({ done, app, provider }: Record<string, unknown>): Promise<Said> {
    const kind = typeof done === 'string' ? done : '';
    if (Object.hasOwn(PROBLEMS, kind)) return { problem: kind as AccountProblem };
    if (!Object.hasOwn(NOTICES, kind)) return {};
    const client = typeof app === 'string' ? await this.clients.find(app) : undefined;
    const way = (await this.ways.list()).find(({ label }) => label === provider);
    const subject = client?.name ?? way?.label;
    return { notice: { kind: kind as AccountNotice, ...(subject && { subject }) } };
  }
}
