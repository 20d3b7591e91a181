import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { DataSource } from 'typeorm';
import { CannotOpen, equalSecrets, newToken, Sealer } from '../sealing/index.js';
import { Cookies, localUrl } from '../sessions/index.js';
import { claimedOnce } from './claimed-once.js';
import { SignInRejected } from './sso-failure.js';
import { wishOf } from './sign-in-wish.js';
import type { Link, RunningFlow, SsoFlow } from './sso-flow.js';

const LIFETIME = 600;
/** Browsers drop a cookie of more than 4096 characters, name and attributes included. */
const MAX_COOKIE = 3_800;

/** Keeps a flow sealed in the browser that began it, so that any replica can finish it, once. */
@Injectable()
export class SsoFlows {
  constructor(
    private readonly cookies: Cookies,
    private readonly sealer: Sealer,
    private readonly dataSource: DataSource,
  ) {}

  begin(req: Request, res: Response, provider: string, link?: Link): RunningFlow {
    const returnTo = localUrl(req.query['return_to']);
    const flow: SsoFlow = {
      state: newToken(''),
      ...(returnTo && { returnTo }),
      ...wishOf(req.query),
      ...(link && { link }),
      since: Date.now(),
      until: now() + LIFETIME,
    };
    return this.running(flow, () =>
      this.cookies.set(res, cookieOf(provider), this.sealed(provider, flow), LIFETIME),
    );
  }

  /**
   * The flow that this browser began at the provider and that comes back with this request. It is spent before
   * anything is done with it: of twenty callbacks one goes on.
   * @throws SignInRejected
   */
  async take(req: Request, res: Response, provider: string): Promise<RunningFlow> {
    const flow = this.opened(req, provider);
    const { state } = req.query;
    // Another tab began anew meanwhile: that flow stays.
    if (typeof state !== 'string' || !equalSecrets(state, flow.state))
      throw new SignInRejected('state_mismatch');
    this.cookies.clear(res, cookieOf(provider));
    if (flow.until < now()) throw new SignInRejected('flow_expired');
    if (!(await this.isFirst(flow.state, flow.until))) throw new SignInRejected('flow_replayed');
    return this.running(flow, () => undefined);
  }

  /** @see claimedOnce */
  isFirst(what: string, until: number): Promise<boolean> {
    return claimedOnce(this.dataSource.manager, what, until);
  }

  private running(flow: SsoFlow, keep: () => void): RunningFlow {
    return Object.defineProperty(flow, 'keep', { value: keep, enumerable: false }) as RunningFlow;
  }

  private opened(req: Request, provider: string): SsoFlow {
    const cookie = this.cookies.read(req, cookieOf(provider));
    if (!cookie) throw new SignInRejected('flow_missing');
    try {
      const plain = this.sealer.open(purposeOf(provider), Buffer.from(cookie, 'base64url'));
      return JSON.parse(inflateRawSync(plain).toString('utf8')) as SsoFlow;
    } catch (error) {
      if (error instanceof CannotOpen) throw new SignInRejected('flow_unreadable');
      throw error;
    }
  }

  /** A way back that makes the cookie too long for browsers is left out: better to arrive elsewhere than not at all. */
  private sealed(provider: string, flow: SsoFlow): string {
    const seal = (value: object): string =>
      this.sealer.seal(purposeOf(provider), deflateRawSync(JSON.stringify(value))).toString('base64url');
    const whole = seal(flow);
    return whole.length <= MAX_COOKIE ? whole : seal({ ...flow, returnTo: undefined });
  }
}

const cookieOf = (provider: string): string => `gatehouse_sso_${provider}`;
const purposeOf = (provider: string): string => `sso-flow:${provider}`;
const now = (): number => Math.floor(Date.now() / 1_000);
