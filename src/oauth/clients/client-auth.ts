import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { identify } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { OAuthError } from '../oauth-error.js';
import type { Params } from '../params.js';
import {
  invalidClient,
  type AuthMethod,
  type AuthMethodName,
  type Presented,
} from './auth-methods/auth-method.js';
import { parseBasic } from './auth-methods/client-secret-basic.auth-method.js';
import { AUTH_METHOD_INSTANCES } from './auth-methods/index.js';
import { claimedSubject } from './auth-methods/private-key-jwt.auth-method.js';
import type { Client } from './client.entity.js';
import { ClientDirectory } from './client-directory.js';

const WITH_SECRET: readonly AuthMethodName[] = ['client_secret_basic', 'client_secret_post'];

/** Who the client is (RFC 6749 §2.3): exactly one method, and the one it was registered for. */
@Injectable()
export class ClientAuth {
  constructor(
    private readonly config: AppConfig,
    private readonly clients: ClientDirectory,
    @Inject(AUTH_METHOD_INSTANCES) private readonly methods: readonly AuthMethod[],
  ) {}

  /** @throws OAuthError invalid_client (401), invalid_request when two methods are used at once */
  async authenticate(req: Request, params: Params): Promise<Client> {
    const { method, presented } = this.read(req, params);
    const client = await this.clients.load(presented.clientId);
    identify({
      clientId: client?.id ?? presented.clientId.slice(0, 200),
      actor: { type: 'client', id: presented.clientId.slice(0, 200) },
    });
    const barred = this.barred(client, method);
    // Verified for unknown and barred clients too, as nobody's, so that all take the same time.
    const reason = await method.verify(barred ? undefined : (client ?? undefined), presented);
    if (!client || barred || reason)
      throw invalidClient(barred ?? reason ?? 'unknown_client', method.name === 'client_secret_basic');
    return client;
  }

  private read(req: Request, params: Params): { method: AuthMethod; presented: Presented } {
    const [found, ...more] = this.methods.flatMap((method) => {
      const presented = method.read(req, params);
      return presented ? [{ method, presented }] : [];
    });
    if (!found) throw invalidClient('no_client_id');
    if (more.length > 0)
      throw new OAuthError('invalid_request', 'Use one client authentication method, not two', {
        reason: 'two_auth_methods',
      });
    const inBody = params.get('client_id');
    if (inBody !== undefined && inBody !== found.presented.clientId)
      throw invalidClient('contradicting_client_ids', found.method.name === 'client_secret_basic');
    return found;
  }

  private barred(client: Client | null, { name }: AuthMethod): string | undefined {
    if (!client) return 'unknown_client';
    if (client.trustState === 'suspended') return 'client_suspended';
    if (name === client.authMethod) return undefined;
    if (name === 'none') return 'credential_missing';
    const alike = WITH_SECRET.includes(name) && WITH_SECRET.includes(client.authMethod);
    return alike && this.config.policies.clients.basic_or_post ? undefined : 'wrong_auth_method';
  }
}

/** Who a request says it comes from, before anybody is authenticated: whose failures are counted, and nothing else. */
export function claimedClientId(req: Request, params: Params): string {
  const header = req.headers.authorization;
  const [assertion] = params.all('client_assertion');
  const claimed =
    (header === undefined ? undefined : parseBasic(header)?.clientId) ??
    params.all('client_id')[0] ??
    (assertion === undefined ? undefined : claimedSubject(assertion));
  return (claimed ?? '').slice(0, 200);
}
