import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../audit/index.js';
import { UpstreamSessions } from '../sessions/index.js';
import { claimedOnce } from './claimed-once.js';
import { LogoutThrottle } from './logout-throttle.js';
import type { ReceivedLogout } from './providers/provider.js';
import { ProviderUnavailable, SignInRejected, SsoFailure } from './sso-failure.js';

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
    if (!(await claimedOnce(tx, `logout:${provider}:${id}`, until))) return false;
    const named = { provider, ...(subject !== undefined && { subject }), ...(sessions && { sessions }) };
    const found = await this.sessions.end(tx, named, 'ended_by_provider');
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
