import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { currentAudit } from '../../audit/index.js';
import { digest } from '../../sealing/index.js';
import type { Client } from '../clients/client.entity.js';
import { OAuthError } from '../oauth-error.js';
import { Resources } from '../resources.js';
import { deadReason, GRANT_JOINS, GRANT_STATE, type GrantState } from '../tokens/grant-state.js';
import type { TokenSet } from '../tokens/token-set.js';
import { CodeRedemption } from './code-redemption.js';
import type { GrantType, TokenRequest } from './grant-type.js';
import { DEVICE_CODE } from './names.js';
import { invalidGrant, settle, type Outcome } from './outcome.js';
import { ReplayPunishment } from './replay-punishment.js';

/** RFC 8628 §3.5: what a poll that comes too soon adds to the interval of all later ones. */
const SLOWER = 5;
/** Networks are not clockwork: so many seconds early is in time. */
const EARLY = 1;
/** Two polls that cross are no replay. */
const CROSSING_SECONDS = 2;

/** One statement counts the poll of a device that still waits, and looks. */
const POLL = `
WITH polled AS (
  UPDATE device_codes d SET last_polled_at = now(), interval_seconds = d.interval_seconds +
    CASE WHEN d.last_polled_at > now() - make_interval(secs => d.interval_seconds - ${EARLY}) THEN ${SLOWER} ELSE 0 END
  WHERE d.digest = $1 AND d.client_id = $2 AND d.decided_at IS NULL AND d.expires_at > now()
  RETURNING d.interval_seconds)
SELECT d.client_id AS device_client_id, d.decided_at, d.expires_at <= now() AS expired,
  polled.interval_seconds > d.interval_seconds AS too_soon,
  extract(epoch FROM now() - d.used_at)::float8 AS used_seconds_ago, ${GRANT_STATE}
FROM device_codes d LEFT JOIN polled ON true LEFT JOIN (grants g ${GRANT_JOINS}) ON g.id = d.grant_id
WHERE d.digest = $1`;

interface Polled {
  readonly device_client_id: string;
  readonly decided_at: Date | null;
  readonly expired: boolean;
  readonly too_soon: boolean | null;
  readonly used_seconds_ago: number | null;
}
type DeviceState = Polled & (GrantState | { readonly grant_id: null });

interface Request {
  readonly client: Client;
  readonly digest: Buffer;
  readonly resources: readonly string[];
  readonly jkt: string | undefined;
}

/** RFC 8628 §3.4: a device asks until a person decided at another screen. */
@Injectable()
export class DeviceCodeGrantType implements GrantType {
  readonly name = DEVICE_CODE;
  readonly mayRepeat = ['resource'];

  constructor(
    private readonly dataSource: DataSource,
    private readonly resources: Resources,
    private readonly redemption: CodeRedemption,
    private readonly punishment: ReplayPunishment,
  ) {}

  async issue({ client, params, jkt }: TokenRequest): Promise<TokenSet> {
    const request = {
      client,
      digest: digest(params.require('device_code')),
      resources: params.all('resource'),
      jkt,
    };
    const outcome = await this.poll(request);
    // Somebody was faster, or the grant ended: what the second look finds is final.
    return settle(outcome ?? (await this.poll(request)) ?? invalidGrant('device_code_in_use'));
  }

  private async poll(request: Request): Promise<Outcome | undefined> {
    const { client, resources } = request;
    const [state] = await this.dataSource.query<DeviceState[]>(POLL, [request.digest, client.id]);
    if (!state) return invalidGrant('unknown_device_code');
    // Nothing a foreign client presents may harm the one the code belongs to.
    if (state.device_client_id !== client.id) return invalidGrant('device_code_of_another_client');
    if (!state.decided_at) return waiting(state);
    if (state.grant_id === null) return refuse('access_denied', 'The person said no', 'denied_by_person');
    if (state.used_seconds_ago !== null) return this.usedAgain(state, state.used_seconds_ago);
    if (state.expired) return refuse('expired_token', 'The device code has expired');
    const dead = deadReason(state);
    if (dead) return invalidGrant(dead);
    if (resources.length > 0 && this.resources.select(resources, []).id !== state.resource)
      return invalidGrant('resource_differs');
    return this.redemption.redeem({ ...request, state, grantType: this.name });
  }

  /** A device that lost the answer has nothing to lose; whoever else comes with its code took it from the device. */
  private async usedAgain(state: GrantState, secondsAgo: number): Promise<Outcome> {
    const started = currentAudit()?.startedAt ?? performance.now();
    const underWay = (performance.now() - started) / 1_000;
    if (secondsAgo <= underWay + CROSSING_SECONDS) return invalidGrant('device_code_in_use');
    return this.punishment.punish(state, 'device_code_replayed');
  }
}

function waiting({ expired, too_soon }: Polled): Outcome {
  if (expired) return refuse('expired_token', 'The device code has expired');
  return too_soon
    ? refuse('slow_down', `Wait ${SLOWER} seconds longer between requests from now on`)
    : refuse('authorization_pending', 'The person has not decided yet');
}

/** RFC 8628 §3.5: all of them are errors of the token endpoint. */
function refuse(
  code: 'authorization_pending' | 'slow_down' | 'access_denied' | 'expired_token',
  description: string,
  reason: string = code,
): Outcome {
  return { refusal: new OAuthError(code, description, { reason, status: 400 }) };
}
