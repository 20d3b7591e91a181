import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';

/** Of one sweep; what is left waits for the next. */
const AT_ONCE = 1_000;

/**
 * Clients that made themselves: never one with a living grant, nor one that people are just being asked about or were
 * allowed beforehand, nor one that is suspended, because it would come back as a new one. Whatever takes up a client renews its row in the same transaction, so that a client that is taken up
 * while this looks for it is looked at again and found in use.
 */
const SWEEP = `
WITH due AS (
  SELECT c.id, CASE WHEN c.last_used_at IS NULL THEN 'never_used' ELSE 'idle' END AS reason
  FROM clients c
  WHERE c.registration IN ('dcr', 'cimd') AND c.trust_state <> 'suspended'
    AND (c.last_used_at IS NULL AND c.trust_state = 'quarantined' AND c.created_at < now() - make_interval(secs => $1)
      OR coalesce(c.last_used_at, c.created_at) < now() - make_interval(secs => $2))
    AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.client_id = c.id AND g.revoked_at IS NULL AND g.expires_at > now())
    AND NOT EXISTS (SELECT 1 FROM pre_consents p WHERE p.client_id = c.id)
    AND NOT EXISTS (SELECT 1 FROM pushed_requests r WHERE r.client_id = c.id AND r.expires_at > now())
    AND NOT EXISTS (SELECT 1 FROM device_codes d WHERE d.client_id = c.id AND d.expires_at > now())
  LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)
DELETE FROM clients c USING due WHERE c.id = due.id RETURNING c.id, c.name, due.reason`;

interface Swept {
  readonly id: string;
  readonly name: string;
  readonly reason: string;
}

/** Removes clients that nobody uses. */
@Injectable()
export class ClientSweep {
  constructor(
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
  ) {}

  async run(tx: EntityManager): Promise<void> {
    const { policies, lifetimes } = this.config;
    if (!policies.clients.sweep_unused_clients) return;
    const [swept] = await tx.query<[Swept[], number]>(SWEEP, [lifetimes.unusedClient, lifetimes.idleClient]);
    if (swept.length === 0) return;
    const facts = swept.map(({ id, name, reason }) => ({
      type: 'client.deleted' as const,
      actor: { type: 'system' as const },
      clientId: id,
      targets: [{ type: 'client' as const, id, display: name }],
      details: { reason },
    }));
    await this.audit.record(tx, ...facts);
  }
}
