import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog, currentAudit, insertAudit } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { digest, newToken, Sealer } from '../../sealing/index.js';
import type { Client } from '../clients/client.entity.js';
import { DEVICE_CODE } from '../grant-types/names.js';
import { OAuthError } from '../oauth-error.js';
import type { Resource } from '../resources.js';
import { newUserCode } from './user-code.js';

/** RFC 8628 §3.2: seconds between two polls, to begin with. */
export const POLL_INTERVAL = 5;
/** Purpose under which user codes are digested. */
const USER_CODE = 'user-code';
/** Two living codes that are the same are as good as impossible; more in a row mean that something is broken. */
const MAX_TRIES = 5;

const START = `
WITH made AS (
  INSERT INTO device_codes (digest, user_code_mac, client_id, resource, scopes, interval_seconds, ip, created_at,
    expires_at)
  SELECT $1, $2, k.id, $4, $5::text[], $6, $7, now(), now() + make_interval(secs => $8)
  FROM clients k WHERE k.id = $3 AND k.trust_state <> 'suspended' FOR KEY SHARE OF k
  ON CONFLICT ON CONSTRAINT device_codes_user_code_mac_key DO NOTHING RETURNING 1),
${insertAudit('$9', 'EXISTS (SELECT 1 FROM made)')}
SELECT EXISTS (SELECT 1 FROM made) AS made,
  EXISTS (SELECT 1 FROM clients WHERE id = $3 AND trust_state <> 'suspended') AS known`;

const FIND = `
SELECT digest, client_id AS "clientId", resource, scopes, created_at AS "createdAt", ip
FROM device_codes WHERE user_code_mac = ANY($1::bytea[]) AND decided_at IS NULL AND expires_at > now()`;

/** A device that waits for a decision. */
export interface PendingDevice {
  readonly digest: Buffer;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly ip: string | null;
}

export interface StartedDevice {
  readonly deviceCode: string;
  readonly userCode: string;
}

interface Asked {
  readonly resource: Resource;
  readonly scopes: readonly string[];
}

/** The codes of devices that wait, by which they are found again. */
@Injectable()
export class DeviceCodes {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
  ) {}

  /** @throws OAuthError invalid_client when the client was suspended or deleted meanwhile */
  async start(client: Client, asked: Asked): Promise<StartedDevice> {
    for (let left = MAX_TRIES; left > 0; left--) {
      const codes = { deviceCode: newToken('gh_dc_'), userCode: newUserCode() };
      if (await this.insert(client, asked, codes)) return codes;
    }
    throw new Error('No free user code was found');
  }

  /** The living code that was typed; what was decided, is expired or was never given looks alike. */
  async find(userCode: string): Promise<PendingDevice | undefined> {
    const macs = this.sealer.macs(USER_CODE, userCode);
    const [row] = await this.dataSource.query<PendingDevice[]>(FIND, [macs]);
    return row;
  }

  private async insert(client: Client, { resource, scopes }: Asked, codes: StartedDevice): Promise<boolean> {
    const { rows, recorded } = await this.audit.prepare(this.dataSource, {
      type: 'device.authorization.started',
      clientId: client.id,
      authz: { required: scopes },
      details: { resource: resource.id, grant_type: DEVICE_CODE },
    });
    const [outcome] = await this.dataSource.query<{ made: boolean; known: boolean }[]>(START, [
      digest(codes.deviceCode),
      this.sealer.mac(USER_CODE, codes.userCode),
      client.id,
      resource.id,
      scopes,
      POLL_INTERVAL,
      currentAudit()?.ip ?? null,
      this.config.lifetimes.deviceCode,
      rows,
    ]);
    if (!outcome!.known)
      throw new OAuthError('invalid_client', 'The client is unknown', { reason: 'client_suspended' });
    if (outcome!.made) recorded();
    return outcome!.made;
  }
}
