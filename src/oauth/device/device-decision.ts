import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, insertAudit, type AuditFact } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import type { SignedIn } from '../../sessions/index.js';
import { DEVICE_CODE } from '../grant-types/names.js';
import type { FoundDevice } from './device-lookup.js';

/** A code is decided once, while it lives. */
const WAITING = 'd.digest = $1 AND d.decided_at IS NULL AND d.expires_at > now()';

/** The session is locked against being ended until this commits: what ends it then sees the grant that was opened. */
const APPROVE = `
WITH alive AS (
  SELECT d.digest, k.id AS client_id, k.last_used_at
  FROM device_codes d JOIN clients k ON k.id = d.client_id JOIN sessions s ON s.id = $4 JOIN users u ON u.id = s.user_id
  WHERE ${WAITING} AND s.user_id = $3 AND s.ended_at IS NULL AND u.disabled_at IS NULL
    AND k.trust_state <> 'suspended' FOR SHARE OF u, s FOR KEY SHARE OF k FOR UPDATE OF d),
opened AS (
  INSERT INTO grants (id, user_id, client_id, session_id, resource, scopes, auth_time, acr, amr, created_at, expires_at,
    origin)
  SELECT $2::uuid, $3::uuid, client_id, $4::uuid, $5, $6::text[], $7::timestamptz, $8, $9::text[], now(),
    now() + make_interval(secs => $10), 'device_code' FROM alive),
decided AS (
  UPDATE device_codes d SET decided_at = now(), grant_id = $2::uuid, user_code_mac = NULL
  FROM alive WHERE d.digest = alive.digest),
renewed AS (
  UPDATE clients c SET last_used_at = now() FROM alive
  WHERE c.id = alive.client_id AND (alive.last_used_at IS NULL OR alive.last_used_at < now() - interval '1 hour')),
${insertAudit('$11', 'EXISTS (SELECT 1 FROM alive)')}
SELECT 1 FROM alive`;

const DENY = `
WITH denied AS (
  UPDATE device_codes d SET decided_at = now(), user_code_mac = NULL WHERE ${WAITING} RETURNING 1),
${insertAudit('$2', 'EXISTS (SELECT 1 FROM denied)')}
SELECT 1 FROM denied`;

/** Writes what a person decided about a device: its code, the grant and the audit events in one statement. */
@Injectable()
export class DeviceDecision {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** False when somebody decided before, or the code, the session, the person or the client ended meanwhile. */
  async approve(device: FoundDevice, person: SignedIn, scopes: readonly string[]): Promise<boolean> {
    const grantId = uuidv7();
    return this.write(APPROVE, approvalOf(device, person, scopes, grantId), [
      ...[device.pending.digest, grantId, person.userId, person.sessionId],
      ...[device.resource.id, scopes, person.authTime, person.acr, person.amr],
      this.config.lifetimes.refreshMax,
    ]);
  }

  /** False when somebody decided before, or the code expired. */
  async deny({ pending, client, scopes }: FoundDevice, person: SignedIn): Promise<boolean> {
    const fact: AuditFact = {
      type: 'consent.denied',
      outcome: { result: 'denied', reason: 'denied_by_person' },
      userId: person.userId,
      clientId: client.id,
      sessionId: person.sessionId,
      authz: { required: scopes },
      details: { grant_type: DEVICE_CODE },
    };
    return this.write(DENY, [fact], [pending.digest]);
  }

  private async write(statement: string, facts: AuditFact[], parameters: unknown[]): Promise<boolean> {
    const { rows, recorded } = await this.audit.prepare(this.dataSource, ...facts);
    const written = await this.dataSource.query<unknown[]>(statement, [...parameters, rows]);
    if (written.length > 0) recorded();
    return written.length > 0;
  }
}

function approvalOf(
  { pending, client, resource }: FoundDevice,
  person: SignedIn,
  granted: readonly string[],
  grantId: string,
): AuditFact[] {
  const who = { userId: person.userId, clientId: client.id, grantId, sessionId: person.sessionId };
  const authz = { required: pending.scopes, granted };
  const details = { resource: resource.id, grant_type: DEVICE_CODE };
  return [
    { type: 'consent.granted', ...who, authz, details },
    { type: 'grant.opened', ...who, authz, details: { ...details, consent: 'asked' } },
  ];
}
