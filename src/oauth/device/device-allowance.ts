import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../../sessions/index.js';
import { UsersService } from '../../users/index.js';
import type { Client } from '../clients/client.entity.js';
import { Resources, type Resource } from '../resources.js';
import { ScopePolicy } from '../scope-policy.js';
import type { PendingDevice } from './device-codes.js';

/** What of a device's wishes a person may allow: it changes with their roles and with the client's ceiling. */
@Injectable()
export class DeviceAllowance {
  constructor(
    private readonly users: UsersService,
    private readonly policy: ScopePolicy,
    private readonly resources: Resources,
  ) {}

  async of(
    person: SignedIn,
    pending: PendingDevice,
    client: Client,
  ): Promise<{ resource: Resource; scopes: readonly string[] } | undefined> {
    const resource = this.resources.find(pending.resource);
    const account = await this.users.find(person.userId);
    if (!resource || !account) return undefined;
    const scopes = this.policy.stillAllowed(pending.scopes, {
      client,
      person: account,
      resource: resource.id,
    });
    return scopes.length > 0 ? { resource, scopes } : undefined;
  }
}
