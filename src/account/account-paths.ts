import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { AppConfig } from '../config/index.js';
import { RecentSignIn, type SignedIn } from '../sessions/index.js';

/** A page of the account, as a local path without the base path. */
export type AccountPath = `/account/${string}`;

/** Ways from a page of the account, and back to it. */
@Injectable()
export class AccountPaths {
  constructor(
    private readonly config: AppConfig,
    private readonly recentSignIn: RecentSignIn,
  ) {}

  /** Back to the page, with what was done. */
  done(res: Response, here: AccountPath, notice?: string): void {
    this.redirect(res, `${here}${notice ? `?done=${notice}` : ''}`);
  }

  toLogin(res: Response, here: AccountPath): void {
    this.redirect(res, `/login?${new URLSearchParams({ return_to: here }).toString()}`);
  }

  /** Whether somebody signed in a moment ago, by more than a password where there is more. */
  isRecent(person: SignedIn): Promise<boolean> {
    return this.recentSignIn.isOf(person);
  }

  /** Local path without the base path: a new sign-in, and back. An identity provider is asked for one, too. */
  confirmHref({ email }: SignedIn, here: AccountPath): string {
    const query = new URLSearchParams({
      problem: 'confirm',
      login_hint: email,
      max_age: String(this.recentSignIn.maxAge),
      return_to: here,
    });
    return `/login?${query.toString()}`;
  }

  toConfirm(res: Response, person: SignedIn, here: AccountPath): void {
    this.redirect(res, this.confirmHref(person, here));
  }

  private redirect(res: Response, path: string): void {
    res.redirect(303, `${this.config.basePath}${path}`);
  }
}
