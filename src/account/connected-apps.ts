import { Injectable } from '@nestjs/common';
import { AuditTrail, type AuditEventBody } from '../audit/index.js';
import { ClientsService, GrantsService, ScopeCatalogue, type GrantView } from '../oauth/index.js';
import type { AccountView } from '../pages/index.js';

const MAX_GRANTS = 200;
const MAX_CALLS = 500;
const MAX_ACTIVITY = 20;
const DAY_MS = 86_400_000;

type Apps = Pick<AccountView, 'apps' | 'activity'>;

/** The apps a person let in, one card for each client, and what they did lately. */
@Injectable()
export class ConnectedApps {
  constructor(
    private readonly grants: GrantsService,
    private readonly clients: ClientsService,
    private readonly trail: AuditTrail,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async of(userId: string): Promise<Apps> {
    const { items } = await this.grants.list({ userId, active: true, limit: MAX_GRANTS });
    const since = new Date(Date.now() - 7 * DAY_MS).toISOString();
    const type = ['mcp.tool.called'];
    const calls = await this.trail.search({ user_id: userId, type, since, limit: MAX_CALLS });
    const decisions = calls.items.filter(({ tool }) => tool?.phase === 'decision');
    const byClient = groupBy(items, ({ clientId }) => clientId);
    const apps = await Promise.all([...byClient.values()].map((grants) => this.app(grants, decisions)));
    return { apps, activity: await this.activity(decisions) };
  }

  private async app(
    grants: readonly GrantView[],
    calls: readonly AuditEventBody[],
  ): Promise<Apps['apps'][number]> {
    const [newest] = grants;
    const { clientId, clientName } = newest!;
    const last = calls.find((call) => call.client_id === clientId && call.outcome.result === 'allowed');
    const used = grants.map(({ lastUsedAt }) => lastUsedAt?.getTime() ?? 0);
    const lastUsed = last ? new Date(last.time) : new Date(Math.max(...used));
    const ip = last?.request?.['ip'];
    return {
      grantIds: grants.map(({ id }) => id),
      clientName,
      clientRef: clientId,
      scopes: this.scopes(grants),
      since: new Date(Math.min(...grants.map(({ createdAt }) => createdAt.getTime()))),
      ...(lastUsed.getTime() > 0 && {
        lastUsed: {
          at: lastUsed,
          ...(typeof ip === 'string' && ip && { ip }),
          ...(last?.tool && { tool: last.tool.name }),
        },
      }),
    };
  }

  private scopes(grants: readonly GrantView[]): Apps['apps'][number]['scopes'] {
    const names = [...new Set(grants.flatMap(({ scopes }) => scopes))];
    return names.flatMap((name) => {
      const entry = this.catalogue.get(name);
      return entry
        ? [{ scope: name, sentence: entry.sentence, destructive: entry.destructive ?? false }]
        : [];
    });
  }

  private async activity(calls: readonly AuditEventBody[]): Promise<Apps['activity']> {
    const groups = groupBy(
      calls,
      (call) => `${call.client_id} ${call.tool?.name} ${call.outcome.result === 'allowed'}`,
    );
    const latest = [...groups.values()].slice(0, MAX_ACTIVITY);
    return Promise.all(
      latest.map(async (group) => {
        const [call] = group;
        const client = call!.client_id ? await this.clients.find(call!.client_id) : undefined;
        return {
          clientName: client?.name ?? call!.client_id ?? '',
          tool: call!.tool!.name,
          count: group.length,
          at: new Date(call!.time),
          refused: call!.outcome.result !== 'allowed',
        };
      }),
    );
  }
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
