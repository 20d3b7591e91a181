import { Injectable } from '@nestjs/common';
import type { SignedIn } from '../../sessions/index.js';
import { identityOf } from '../authorize/consent-asker.js';
import type { Client } from '../clients/client.entity.js';
import { DeviceDecision } from './device-decision.js';
import { DeviceLookup, type DeviceProblem, type FoundDevice } from './device-lookup.js';
import { DeviceThrottle } from './device-throttle.js';

interface Said {
  readonly decision: 'approve' | 'deny';
  readonly scope: string;
  readonly seen: string;
}
type Problem = { readonly problem: DeviceProblem };

/** What happens when a person typed a code, and when they decided. */
@Injectable()
export class DeviceSteps {
  constructor(
    private readonly throttle: DeviceThrottle,
    private readonly lookup: DeviceLookup,
    private readonly decision: DeviceDecision,
  ) {}

  /** @throws Throttled */
  async typed(person: SignedIn, code: string | undefined, ip: string): Promise<FoundDevice | Problem> {
    await this.throttle.typing(person.userId, ip);
    return this.lookup.find(person, code);
  }

  /**
   * The form has been verified: it was given to this person for this code, these scopes and what the client was then.
   * A client that has become another one since is asked about again.
   */
  async decided(
    person: SignedIn,
    code: string | undefined,
    said: Said,
  ): Promise<{ readonly client: Client } | { readonly changed: FoundDevice } | Problem> {
    const device = await this.lookup.find(person, code);
    if ('problem' in device) return device;
    if (identityOf(device.client) !== said.seen) return { changed: device };
    const shown = said.scope.split(' ');
    const scopes = device.scopes.filter((scope) => shown.includes(scope));
    if (scopes.length === 0) return { problem: 'nothing_to_grant' };
    const done =
      said.decision === 'approve'
        ? await this.decision.approve(device, person, scopes)
        : await this.decision.deny(device, person);
    return done ? device : { problem: 'unknown_code' };
  }
}
