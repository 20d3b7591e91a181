import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { digest, equalSecrets } from '../../sealing/index.js';
import type { ClientMetadata } from '../clients/client-metadata.js';
import { usesSecret } from '../clients/client-origin.js';
import { clientViewOf, type ClientView } from '../clients/client-view.js';
import { Client } from '../clients/client.entity.js';
import { ClientsService } from '../clients/clients.service.js';
import { AUTH_METHODS } from '../clients/settle-metadata.js';
import { Endings } from '../grants/endings.js';
import { OAuthError } from '../oauth-error.js';
import { badToken } from './bad-token.js';
import type { Stated } from './software-statements.js';

const NOBODY = Buffer.alloc(32);

/** A client that manages its own registration (RFC 7592), proven by its registration access token. */
@Injectable()
export class ManagedClients {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clients: ClientsService,
    private readonly endings: Endings,
  ) {}

  /** @throws OAuthError invalid_token, access_denied */
  async read(id: string, token: string): Promise<ClientView> {
    return clientViewOf(await proven(this.dataSource.manager, id, token));
  }

  /**
   * RFC 7592 §2.2: what is not sent is taken away.
   * @throws OAuthError invalid_token, access_denied, and those of RFC 7591 §3.2.2
   */
  async replace(id: string, token: string, wanted: Stated & { secret?: unknown }): Promise<ClientView> {
    const changed = await this.dataSource.transaction(async (tx) => {
      const client = await proven(tx, id, token);
      checkSecret(client, wanted.secret);
      return this.clients.change(tx, id, (before) => keptWithin(before, wanted.metadata), {
        actor: { type: 'client', id },
        vouchedFor: wanted.by?.trust === 'approved',
      });
    });
    this.clients.forget(id);
    if (!changed) throw badToken('unknown_client');
    return changed;
  }

  /** RFC 7592 §2.3 @throws OAuthError invalid_token, access_denied */
  async remove(id: string, token: string): Promise<void> {
    await proven(this.dataSource.manager, id, token);
    const by = { actor: { type: 'client', id }, reason: 'removed_by_the_client' } as const;
    const ended = await this.endings.removeClient(id, by, (client) => checkProof(client, token));
    this.clients.forget(id);
    if (!ended) throw badToken('unknown_client');
  }
}

/** RFC 7592 §2.1: a client that does not exist is answered like a wrong token. */
async function proven(tx: EntityManager, id: string, token: string): Promise<Client> {
  // PostgreSQL text cannot hold NUL; such an id is nobody's.
  const client = id.includes('\0') ? null : await tx.findOneBy(Client, { id });
  return checkProof(client, token);
}

function checkProof(client: Client | null, token: string): Client {
  const matches = equalSecrets(digest(token), client?.managementDigest ?? NOBODY);
  if (!client || !matches) throw badToken(client ? 'wrong_registration_access_token' : 'unknown_client');
  if (client.trustState === 'suspended') throw suspended();
  return client;
}

const suspended = (): OAuthError =>
  new OAuthError('access_denied', 'This client is suspended', { reason: 'client_suspended' });

/** RFC 7592 §2.2: a client may repeat its secret, never choose one. */
function checkSecret({ secretDigest }: Client, secret: unknown): void {
  if (secret === undefined) return;
  if (typeof secret === 'string' && secretDigest && equalSecrets(digest(secret), secretDigest)) return;
  throw new OAuthError('invalid_client_metadata', 'client_secret is not the secret of this client', {
    reason: 'wrong_secret',
  });
}

/**
 * How a client proves itself can become stronger, never weaker, and no secret is made on the way: that one would be
 * known to whoever holds the registration access token.
 */
function keptWithin({ authMethod, trustState }: ClientView, wanted: ClientMetadata): ClientMetadata {
  if (trustState === 'suspended') throw suspended();
  // RFC 7591 §3.2.1: what is not known here is answered with what there is.
  const method = AUTH_METHODS.find((known) => known === wanted.token_endpoint_auth_method) ?? authMethod;
  const weaker = authMethod !== 'none' && method === 'none';
  const fromKeys = authMethod === 'private_key_jwt' && method !== authMethod;
  if (weaker || fromKeys || (usesSecret(method) && !usesSecret(authMethod)))
    throw new OAuthError('invalid_client_metadata', 'token_endpoint_auth_method cannot be changed to this', {
      reason: 'auth_method_change',
    });
  return { ...wanted, token_endpoint_auth_method: method };
}
