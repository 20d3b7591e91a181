import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { identify } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { digest, equalSecrets } from '../../sealing/index.js';
import { OAuthError } from '../oauth-error.js';
import type { Params } from '../params.js';
import type { Client } from './client.entity.js';
import { ClientsService } from './clients.service.js';

interface Presented {
  readonly clientId: string;
  readonly secret?: string;
  readonly method: 'none' | 'client_secret_basic' | 'client_secret_post';
}

const NOBODY = Buffer.alloc(32);

/** Who the client is (RFC 6749 §2.3): exactly one method, and the one it was registered for. */
@Injectable()
export class ClientAuth {
  constructor(
    private readonly config: AppConfig,
    private readonly clients: ClientsService,
  ) {}

  /** @throws OAuthError invalid_client (401), invalid_request when two methods are used at once */
  async authenticate(req: Request, params: Params): Promise<Client> {
    const presented = read(req, params);
    const client = await this.clients.load(presented.clientId);
    identify({
      clientId: client?.id ?? presented.clientId.slice(0, 200),
      actor: { type: 'client', id: presented.clientId.slice(0, 200) },
    });
    const reason = this.refusal(client, presented);
    if (!client || reason) throw invalidClient(reason ?? 'unknown_client', presented.method);
    return client;
  }

  private refusal(client: Client | null, { secret, method }: Presented): string | undefined {
    // Compared for unknown clients too, so that both take the same time.
    const matches = equalSecrets(digest(secret ?? ''), client?.secretDigest ?? NOBODY);
    if (!client) return 'unknown_client';
    if (client.trustState === 'suspended') return 'client_suspended';
    if (client.authMethod === 'none') return method === 'none' ? undefined : 'secret_of_a_public_client';
    if (!secret) return 'secret_missing';
    if (method !== client.authMethod && !this.config.policies.clients.basic_or_post)
      return 'wrong_auth_method';
    return matches ? undefined : 'wrong_secret';
  }
}

function read(req: Request, params: Params): Presented {
  const header = req.headers.authorization;
  const bodySecret = params.get('client_secret');
  const bodyId = params.get('client_id');
  if (header === undefined) {
    if (bodyId === undefined) throw invalidClient('no_client_id', 'none');
    return bodySecret === undefined
      ? { clientId: bodyId, method: 'none' }
      : { clientId: bodyId, secret: bodySecret, method: 'client_secret_post' };
  }
  const basic = parseBasic(header);
  if (!basic) throw invalidClient('malformed_authorization_header', 'client_secret_basic');
  // RFC 6749 §2.3: the client must not use more than one method in a request.
  if (bodySecret !== undefined)
    throw new OAuthError('invalid_request', 'Use one client authentication method, not two', {
      reason: 'two_auth_methods',
    });
  if (bodyId !== undefined && bodyId !== basic.clientId)
    throw invalidClient('contradicting_client_ids', 'client_secret_basic');
  return { ...basic, method: 'client_secret_basic' };
}

/** Who a request says it comes from, before anybody is authenticated: whose failures are counted, and nothing else. */
export function claimedClientId(req: Request, params: Params): string {
  const header = req.headers.authorization;
  const basic = header === undefined ? undefined : parseBasic(header);
  return (basic?.clientId ?? params.all('client_id')[0] ?? '').slice(0, 200);
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
function parseBasic(header: string): { clientId: string; secret: string } | undefined {
  const match = /^basic ([A-Za-z0-9+/=_-]{1,8192})$/i.exec(header.trim());
  if (!match) return undefined;
  const decoded = Buffer.from(match[1]!, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return undefined;
  try {
    const [clientId, secret] = [decoded.slice(0, colon), decoded.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll('+', ' ')),
    );
    return { clientId: clientId!, secret: secret! };
  } catch {
    return undefined; // Not form-encoded.
  }
}

function invalidClient(reason: string, method: Presented['method']): OAuthError {
  return new OAuthError('invalid_client', 'The client is unknown or could not be authenticated', {
    reason,
    // RFC 6749 §5.2: required when the client tried the Authorization header.
    ...(method === 'client_secret_basic' && { challenge: 'Basic realm="gatehouse", charset="UTF-8"' }),
  });
}
