import { setTimeout as sleep } from 'node:timers/promises';
import { shown, type Fetch } from './exchanges.js';
import type { Stage } from './options.js';
import { Surprise } from './surprise.js';

export interface Grant {
  readonly id: string;
  readonly user_email: string;
  readonly client_name: string;
  readonly session_id: string;
  readonly scopes: readonly string[];
  readonly active: boolean;
}

export interface Ended {
  readonly ended: boolean;
  readonly receipt?: {
    readonly replicas: number;
    readonly acknowledged: number;
    readonly propagation_ms: number;
  };
}

export interface AuditEvent {
  readonly event_id: string;
  readonly type: string;
  readonly time: string;
  readonly session_id?: string;
  readonly outcome: { readonly result: string; readonly reason_code?: string };
  readonly actor: { readonly type: string };
  readonly tool?: { readonly name: string; readonly phase: string };
}

const PATIENCE_MS = 5_000;

/** An operator's script: acts by REST, as a client with rights of its own. */
export class Operator {
  private readonly fetch = shown('admin');
  private readonly base: string;
  private token = '';

  constructor(private readonly stage: Stage) {
    this.base = stage.url.href.slice(0, -'/mcp'.length);
  }

  async signIn(): Promise<void> {
    const { clientId, clientSecret } = this.stage;
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      resource: `${this.base}/admin`,
      scope: 'admin:grants admin:audit:read',
    });
    const response = await this.fetch(`${this.base}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body,
    });
    if (!response.ok)
      throw new Surprise(`The admin client ${clientId} got no token: ${await response.text()}`);
    this.token = ((await response.json()) as { access_token: string }).access_token;
  }

  async grantsOf(clientId: string): Promise<readonly Grant[]> {
    const query = new URLSearchParams({ client_id: clientId, active: 'true' });
    return (await this.ask<{ items: Grant[] }>('GET', `/grants?${query.toString()}`)).items;
  }

  end(grantId: string, reason: string): Promise<Ended> {
    return this.ask('DELETE', `/grants/${grantId}?${new URLSearchParams({ reason }).toString()}`);
  }

  async story(filter: Record<string, string>): Promise<readonly AuditEvent[]> {
    const query = new URLSearchParams({ ...filter, sort: 'time', limit: '200' });
    return (await this.ask<{ items: AuditEvent[] }>('GET', `/audit/events?${query.toString()}`)).items;
  }

  /** Looks, without showing it, until the trail tells of a tool call. */
  async untilCalled(grantId: string, tool: string, phase: 'decision' | 'outcome'): Promise<AuditEvent> {
    const query = new URLSearchParams({ grant_id: grantId, tool });
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(50)) {
      const { items } = await this.ask<{ items: AuditEvent[] }>(
        'GET',
        `/audit/events?${query.toString()}`,
        fetch,
      );
      const found = items.find((event) => event.tool?.phase === phase);
      if (found) return found;
    }
    throw new Surprise(`The audit trail had no ${phase} for ${tool} within ${PATIENCE_MS} ms`);
  }

  private async ask<T>(method: string, path: string, by: Fetch = this.fetch): Promise<T> {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await by(`${this.base}/admin/v1${path}`, { method, headers });
    if (!response.ok)
      throw new Surprise(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }
}
