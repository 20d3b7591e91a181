import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type Actor, type Change, type Json } from '../../audit/index.js';
import { digest, newToken } from '../../sealing/index.js';
import { RegistrationPolicies } from '../registration/registration-policies.js';
import { changeOf, differences } from './client-differences.js';
import { fingerprintOf } from './client-fingerprint.js';
import type { ClientMetadata } from './client-metadata.js';
import { changedBy, decidedBy, usesSecret, type ClientChange, type ClientOrigin } from './client-origin.js';
import { standingAfter, standingAtFirst } from './client-trust.js';
import { Client } from './client.entity.js';
import { MetadataSettling } from './metadata-settling.js';

export interface WrittenClient {
  readonly client: Client;
  readonly secret?: string;
}

type ClientEvent =
  'client.registered' | 'client.changed' | 'client.approved' | 'client.reinstated' | 'client.secret_rotated';

/** The row, held until the transaction ends: what changes a client looks at it here first. */
export function lockedClient(tx: EntityManager, id: string): Promise<Client | null> {
  return tx.findOne(Client, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

/** The rows of clients: what is written, and the record of it in the same transaction. */
@Injectable()
export class ClientWriter {
  constructor(
    private readonly settling: MetadataSettling,
    private readonly rules: RegistrationPolicies,
    private readonly audit: AuditLog,
  ) {}

  /** @throws OAuthError invalid_redirect_uri, invalid_client_metadata */
  async insert(tx: EntityManager, metadata: ClientMetadata, origin: ClientOrigin): Promise<WrittenClient> {
    const settled = this.settling.settle(metadata, origin.registration);
    const secret = usesSecret(settled.authMethod) ? (origin.secret ?? newToken('gh_cs_')) : undefined;
    const client = Object.assign(new Client(), {
      ...settled,
      ...decidedBy(origin),
      ...standingAtFirst(await this.rules.inForce(tx), settled, origin),
      secretDigest: secret === undefined ? null : digest(secret),
      fingerprint: await fingerprintOf(settled),
    } satisfies Client);
    await tx.insert(Client, client);
    await this.record(tx, 'client.registered', client, {
      actor: origin.actor,
      change: changeOf(null, client),
      details: {
        registration: client.registration,
        auth_method: client.authMethod,
        redirect_uris: client.redirectUris,
        trust_state: client.trustState,
        ...(client.vouchedBy !== null && { vouched_by: client.vouchedBy }),
      },
    });
    return { client, ...(secret !== undefined && { secret }) };
  }

  /**
   * Gives a client other metadata; nothing is recorded when it says the same as before.
   * @throws OAuthError invalid_redirect_uri, invalid_client_metadata
   */
  async update(
    tx: EntityManager,
    before: Client,
    metadata: ClientMetadata,
    change: ClientChange,
  ): Promise<Client> {
    const settled = this.settling.settle(metadata, change.takenOverBy ?? before.registration);
    const fields: Partial<Client> = {
      ...settled,
      ...changedBy(change),
      ...(!usesSecret(settled.authMethod) && {
        secretDigest: null,
        previousSecretDigest: null,
        previousSecretUntil: null,
      }),
      ...(await standingAfter(await this.rules.inForce(tx), before, { settled, change })),
      fingerprint: await fingerprintOf(settled),
    };
    const changes = differences(before, Object.assign(new Client(), before, fields));
    const changed = Object.keys(changes).length > 0;
    if (changed) fields.updatedAt = new Date();
    await tx.update(Client, { id: before.id }, fields);
    const after = Object.assign(new Client(), before, fields);
    const told = { actor: change.actor, details: { changes }, change: changeOf(before, after) };
    if (changed) await this.record(tx, 'client.changed', after, told);
    return after;
  }

  async record(
    tx: EntityManager,
    type: ClientEvent,
    client: Client,
    { actor, details, change }: { actor: Actor; details?: Readonly<Record<string, Json>>; change?: Change },
  ): Promise<void> {
    await this.audit.record(tx, {
      type,
      actor,
      clientId: client.id,
      targets: [{ type: 'client', id: client.id, display: client.name }],
      ...(details && { details }),
      ...(change && { change }),
    });
  }
}
