import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Csrf } from './csrf.js';
import { RecentSignIn } from './recent-sign-in.js';
import { SessionsService } from './sessions.service.js';
import type { SignedIn } from './signed-in.js';

const purposeOf = (provider: string): string => `link:${provider}`;

/**
 * The right to connect another sign-in to an account: it is in the address that a page of ours shows to whoever is
 * signed in, is bound to that browser, its session and one provider, and nobody else can make it.
 */
@Injectable()
export class LinkingProof {
  constructor(
    private readonly csrf: Csrf,
    private readonly sessions: SessionsService,
    private readonly recent: RecentSignIn,
  ) {}

  mayBeGivenTo(person: SignedIn): Promise<boolean> {
    return this.recent.isOf(person);
  }

  /** For an address on a page. */
  make(req: Request, res: Response, provider: string): string {
    return this.csrf.token(req, res, purposeOf(provider));
  }

  /**
   * Who asks.
   * @throws ForbiddenException when it is not of this browser, this session and this provider
   */
  async read(req: Request, provider: string, given: unknown): Promise<SignedIn | undefined> {
    this.csrf.verify(req, purposeOf(provider), given);
    const person = await this.sessions.resolve(req);
    return person && (await this.mayBeGivenTo(person)) ? person : undefined;
  }
}
