import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import { Errands, type Errand, type FinishedLetter, type LetterKind } from '../../mail/index.js';
import { OneTimeLinks, type Account, type LinkPurpose } from '../../users/index.js';
import { VERIFY_ERRAND } from './email-changes.js';
import { INVITE_ERRAND } from './invitation-letters.js';
import { LinkPeople } from './link-people.js';
import { RESET_ERRAND } from './password-resets.js';

interface WithLink {
  readonly kind: LetterKind;
  readonly purpose: LinkPurpose;
  readonly to: string;
  readonly seconds: number;
}

/** Finishes letters with links: the link is made when the letter leaves, and its secret is stored nowhere. */
@Injectable()
export class LinkLetters implements OnModuleInit {
  constructor(
    private readonly config: AppConfig,
    private readonly people: LinkPeople,
    private readonly links: OneTimeLinks,
    private readonly errands: Errands,
  ) {}

  onModuleInit(): void {
    this.errands.register(RESET_ERRAND, (errand) => this.reset(errand));
    this.errands.register(INVITE_ERRAND, (errand) => this.invite(errand));
    this.errands.register(VERIFY_ERRAND, (errand) => this.verify(errand));
  }

  /** Goes to the address of the account, not to the one that was typed: they may only look alike. */
  private async reset(errand: Errand): Promise<FinishedLetter | undefined> {
    const account = await this.people.byEmail(errand.about['email']);
    if (!account) return undefined;
    if (!(await this.people.isLocal(account)) || !(await this.people.mayHaveOwn(account)))
      return { letter: letterOf(errand, account, 'reset_elsewhere', account.email) };
    const seconds = this.config.lifetimes.passwordReset;
    return this.withLink(errand, account, { kind: 'reset', purpose: 'reset', to: account.email, seconds });
  }

  private async invite(errand: Errand): Promise<FinishedLetter | undefined> {
    const account = await this.people.byId(errand.about['userId']);
    if (!account || (await this.people.isLocal(account)) || !(await this.people.mayHaveOwn(account)))
      return undefined;
    const seconds = this.config.lifetimes.invitation;
    return this.withLink(errand, account, {
      kind: 'invitation',
      purpose: 'invite',
      to: account.email,
      seconds,
    });
  }

  private async verify(errand: Errand): Promise<FinishedLetter | undefined> {
    const account = await this.people.byId(errand.about['userId']);
    const to = errand.about['email'];
    if (!account || to === undefined || (await this.people.isTaken(to, account))) return undefined;
    const seconds = this.config.lifetimes.emailVerification;
    return this.withLink(errand, account, { kind: 'verify_email', purpose: 'verify_email', to, seconds });
  }

  private async withLink(
    errand: Errand,
    account: Account,
    { kind, purpose, to, seconds }: WithLink,
  ): Promise<FinishedLetter> {
    const { token, until } = await this.links.make({ purpose, userId: account.id, email: to, seconds });
    return { letter: letterOf(errand, account, kind, to), link: { path: `/link/${token}`, until } };
  }
}

const letterOf = ({ language, at, ip }: Errand, account: Account, kind: LetterKind, to: string) => ({
  kind,
  to,
  at,
  userId: account.id,
  ...(account.name && { name: account.name }),
  ...(language && { language }),
  ...(ip && { ip }),
});
