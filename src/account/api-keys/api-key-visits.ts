import { Injectable } from '@nestjs/common';
import { RecentSignIn, type Exchange, type SignedIn } from '../../sessions/index.js';
import { AccountVisitor } from '../account-visitor.js';

/** Whether somebody may make a key now: it lets in whoever has it, for long. */
@Injectable()
export class ApiKeyVisits {
  constructor(
    private readonly visitor: AccountVisitor,
    private readonly recentSignIn: RecentSignIn,
  ) {}

  formToken({ req, res }: Exchange): string {
    return this.visitor.formToken(req, res);
  }

  isRecent(person: SignedIn): Promise<boolean> {
    return this.recentSignIn.isOf(person);
  }

  /** Local path without the base path: a new sign-in, and back. An identity provider is asked for one, too. */
  confirmHref({ email }: SignedIn): string {
    const query = new URLSearchParams({
      problem: 'confirm',
      login_hint: email,
      max_age: String(this.recentSignIn.maxAge),
      return_to: '/account/api-keys',
    });
    return `/login?${query.toString()}`;
  }
}
