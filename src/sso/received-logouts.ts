import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { digest } from '../sealing/index.js';
import { UpstreamSessions } from '../sessions/index.js';
import { LogoutThrottle } from './logout-throttle.js';
import type { ReceivedLogout } from './providers/provider.js';
import { ProviderUnavailable, SignInRejected, SsoFailure } from './sso-failure.js';

const CLAIM = `
INSERT INTO sso_used_flows (digest, expires_at) VALUES ($1, to_timestamp($2)) ON CONFLICT DO NOTHING RETURNING digest`;

/** Does what a provider says about its sessions, once, and writes it down. */
@Injectable()
export class ReceivedLogouts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: UpstreamSessions,
    private readonly audit: AuditLog,
    private readonly throttle: LogoutThrottle,
  ) {}

  /**
   * Anybody may bring something that claims to be a provider's word: `read` says whether it is.
   * @throws SsoFailure, Throttled
   */
  async receive<T extends { readonly logout: ReceivedLogout }>(
    provider: string,
    ip: string,
    read: () => Promise<T>,
  ): Promise<T> {
    await this.throttle.check(ip);
    try {
      const received = await read();
      await this.apply(provider, received.logout);
      return received;
    } catch (error) {
      if (!(error instanceof SsoFailure)) throw error;
      await this.throttle.refused(ip);
      await this.noteRefused(provider, error);
      throw error;
    }
  }

  /** @throws SignInRejected when the same word was received before */
  private async apply(provider: string, logout: ReceivedLogout): Promise<void> {
    const applied = await this.dataSource.transaction((tx) => this.settle(tx, provider, logout));
    if (!applied) throw new SignInRejected('logout_replayed');
    await this.sessions.applied();
  }

  private async noteRefused(provider: string, failure: SsoFailure): Promise<void> {
    const { code, facts } = failure;
    await this.audit.decide({
      type: 'idp.logout.received',
      outcome: { result: failure instanceof ProviderUnavailable ? 'error' : 'denied', reason: code },
      details: { provider, code, ...facts },
    });
  }

  private async settle(
    tx: EntityManager,
    provider: string,
    { id, until, subject, sessions }: ReceivedLogout,
  ): Promise<boolean> {
    const first = await tx.query<unknown[]>(CLAIM, [digest(`logout:${provider}:${id}`), until]);
    if (first.length === 0) return false;
    const person = { provider, ...(subject !== undefined && { subject }) };
    // In one order, so that of two requests about the same sessions one waits for the other.
    const named = [...new Set(sessions)].sort().map((session) => ({ ...person, session }));
    const found = [];
    for (const logout of sessions ? named : [person])
      found.push(...(await this.sessions.end(tx, logout, 'ended_by_provider')));
    const ended = found.filter(({ living }) => living);
    const [userId] = new Set(found.map((one) => one.userId));
    await this.audit.record(tx, {
      type: 'idp.logout.received',
      ...(userId && { userId }),
      targets: ended.map((one) => ({ type: 'session', id: one.id })),
      details: { provider, sessions: ended.length },
    });
    return true;
  }
}
