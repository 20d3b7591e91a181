import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, type Actor, type AuditFact, type Change } from '../../audit/index.js';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { Client } from '../clients/client.entity.js';
import { PreConsent } from './pre-consent.entity.js';

export interface PreConsentView {
  readonly id: string;
  readonly clientId: string;
  readonly audience: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly createdBy: string;
}

export type NewPreConsent = Pick<PreConsentView, 'clientId' | 'audience' | 'resource' | 'scopes'>;

export interface PreConsentQuery extends KeysetQuery {
  readonly clientId?: string;
}

/** What admins allow clients beforehand. Who is let off the question by it is told with each grant. */
@Injectable()
export class PreConsents {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** Takes the place of what was decided before for the same client, audience and resource. `undefined`: no such client. */
  async decide(decision: NewPreConsent, actor: Actor): Promise<PreConsentView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      // Of two decisions at once the later one stands.
      const lock = { mode: 'for_no_key_update' } as const;
      const client = await tx.findOne(Client, { where: { id: decision.clientId }, lock });
      if (!client) return undefined;
      const { clientId, audience, resource } = decision;
      const before = await tx.findOneBy(PreConsent, { clientId, audience, resource });
      await tx.delete(PreConsent, { clientId, audience, resource });
      const made = Object.assign(new PreConsent(), {
        ...decision,
        id: uuidv7(),
        scopes: [...decision.scopes],
        clientFingerprint: client.fingerprint,
        createdAt: new Date(),
        createdBy: actor.id ?? actor.type,
      } satisfies PreConsent);
      await tx.insert(PreConsent, made);
      await this.audit.record(tx, factOf('consent.preapproved', made, { actor }, changeOf(before, made)));
      return viewOf(made);
    });
  }

  async find(id: string): Promise<PreConsentView | undefined> {
    const found = await this.dataSource.getRepository(PreConsent).findOneBy({ id });
    return found ? viewOf(found) : undefined;
  }

  async list(query: PreConsentQuery): Promise<KeysetPage<PreConsentView>> {
    const select = this.dataSource.getRepository(PreConsent).createQueryBuilder('p');
    if (query.clientId) select.andWhere('p.client_id = :clientId', { clientId: query.clientId });
    return keysetPage(select, { key: 'p.id', cursorOf: ({ id }) => id }, query, viewOf);
  }

  /** People are asked again from now on; grants that were opened without asking go on. */
  async remove(id: string, by: { actor: Actor; reason?: string }): Promise<PreConsentView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const found = await tx.findOne(PreConsent, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!found) return undefined;
      await tx.delete(PreConsent, { id });
      await this.audit.record(tx, factOf('consent.preapproval_removed', found, by, changeOf(found, null)));
      return viewOf(found);
    });
  }
}

function factOf(
  type: 'consent.preapproved' | 'consent.preapproval_removed',
  { id, clientId, audience, resource, scopes }: PreConsent,
  { actor, reason }: { actor: Actor; reason?: string },
  change: Change,
): AuditFact {
  return {
    type,
    actor,
    clientId,
    targets: [{ type: 'consent', id }],
    authz: { granted: scopes },
    change,
    details: { audience, resource, ...(reason && { reason }) },
  };
}

const changeOf = (before: PreConsent | null, after: PreConsent | null): Change => ({
  before: before && snapshotOf(before),
  after: after && snapshotOf(after),
});

const snapshotOf = ({ clientId, audience, resource, scopes }: PreConsent) => ({
  client_id: clientId,
  audience,
  resource,
  scopes,
});

function viewOf({
  id,
  clientId,
  audience,
  resource,
  scopes,
  createdAt,
  createdBy,
}: PreConsent): PreConsentView {
  return { id, clientId, audience, resource, scopes, createdAt, createdBy };
}
