import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/index.js';
import type { SignedIn } from '../../sessions/index.js';
import { ClientDirectory } from '../clients/client-directory.js';
import type { Client } from '../clients/client.entity.js';
import type { Resource } from '../resources.js';
import { DeviceAllowance } from './device-allowance.js';
import { DeviceCodes, type PendingDevice } from './device-codes.js';

/** A device that waits, with everything that a person is asked about it. */
export interface FoundDevice {
  readonly pending: PendingDevice;
  readonly client: Client;
  readonly resource: Resource;
  /** What this person may allow it; never empty. */
  readonly scopes: readonly string[];
}

/** Why nothing can be decided. What it is about a code that does not work is for the audit trail alone. */
export type DeviceProblem = 'unknown_code' | 'nothing_to_grant';

/** Finds what a person is asked about by the code they typed. */
@Injectable()
export class DeviceLookup {
  constructor(
    private readonly codes: DeviceCodes,
    private readonly clients: ClientDirectory,
    private readonly allowance: DeviceAllowance,
    private readonly audit: AuditLog,
  ) {}

  async find(
    person: SignedIn,
    userCode: string | undefined,
  ): Promise<FoundDevice | { problem: DeviceProblem }> {
    const pending = userCode === undefined ? undefined : await this.codes.find(userCode);
    if (!pending) return this.refuse('unknown_code', 'unknown_user_code');
    const client = await this.clients.load(pending.clientId, 'authorization');
    if (!client) return this.refuse('unknown_code', 'client_unknown');
    if (client.trustState === 'suspended') return this.refuse('unknown_code', 'client_suspended', client);
    const allowed = await this.allowance.of(person, pending, client);
    return allowed
      ? { pending, client, ...allowed }
      : this.refuse('nothing_to_grant', 'nothing_to_grant', client);
  }

  private async refuse(
    problem: DeviceProblem,
    reason: string,
    client?: Client,
  ): Promise<{ problem: DeviceProblem }> {
    await this.audit.decide({
      type: 'device.user_code.rejected',
      outcome: { result: 'denied', reason, httpStatus: 400 },
      ...(client && { clientId: client.id }),
    });
    return { problem };
  }
}
