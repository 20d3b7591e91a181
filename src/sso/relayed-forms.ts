import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { CannotOpen, digest, newToken, openUnderToken, sealUnderToken } from '../sealing/index.js';
import { addressKey, RateLimiter, Throttled } from '../throttling/index.js';
import { SignInRejected } from './sso-failure.js';

/** The browser comes for it with the very next request. */
const LIFETIME = 120;
const BUCKET = 'sso-callback';

const KEEP = `
WITH expired AS (
  DELETE FROM sso_relayed_forms WHERE digest IN (
    SELECT digest FROM sso_relayed_forms WHERE expires_at < now() LIMIT 100 FOR UPDATE SKIP LOCKED))
INSERT INTO sso_relayed_forms (digest, sealed, expires_at)
VALUES ($1, $2, now() + make_interval(secs => $3::double precision))`;

const TAKE = `DELETE FROM sso_relayed_forms WHERE digest = $1 AND expires_at > now() RETURNING sealed`;

/**
 * A provider that answers by a form posts it from its own site, and such a request brings no cookie that is
 * `SameSite=Lax`. What it posts waits here, under a handle, for the request that does.
 */
@Injectable()
export class RelayedForms {
  constructor(
    private readonly dataSource: DataSource,
    private readonly limiter: RateLimiter,
    private readonly config: AppConfig,
  ) {}

  /**
   * Answers the handle. Anybody may post, so that nobody may post much.
   * @throws Throttled
   */
  async keep(provider: string, form: Readonly<Record<string, string>>, ip: string): Promise<string> {
    const { address } = this.config.limits.login;
    const verdict = await this.limiter.consume(BUCKET, addressKey(ip), address);
    if (!verdict.allowed) throw new Throttled(BUCKET, verdict.retryAfter);
    const handle = newToken('');
    const sealed = sealUnderToken(handle, purposeOf(provider), JSON.stringify(form));
    await this.dataSource.query(KEEP, [digest(handle), sealed, LIFETIME]);
    return handle;
  }

  /**
   * Once.
   * @throws SignInRejected
   */
  async take(provider: string, handle: unknown): Promise<Record<string, string>> {
    if (typeof handle !== 'string') throw new SignInRejected('response_missing');
    const [rows] = await this.dataSource.query<[{ sealed: Buffer }[], number]>(TAKE, [digest(handle)]);
    if (!rows[0]) throw new SignInRejected('response_expired');
    try {
      return JSON.parse(openUnderToken(handle, purposeOf(provider), rows[0].sealed)) as Record<
        string,
        string
      >;
    } catch (error) {
      // It was posted to another provider.
      if (error instanceof CannotOpen) throw new SignInRejected('response_missing');
      throw error;
    }
  }
}

const purposeOf = (provider: string): string => `sso-relayed:${provider}`;
