import { Injectable } from '@nestjs/common';
import type { Exchange } from '../exchange.js';
import { EmailLinks } from './email-links.js';
import { LinkPage } from './link-page.js';
import type { LinkVisit } from './link-visit.js';
import { PasswordLinks } from './password-links.js';

/** What is done for who comes by a link, by what the link is for. */
@Injectable()
export class LinkVisits {
  constructor(
    private readonly page: LinkPage,
    private readonly passwords: PasswordLinks,
    private readonly emails: EmailLinks,
  ) {}

  show(exchange: Exchange, visit: LinkVisit): Promise<void> {
    if (visit.link.purpose === 'verify_email') return this.emails.show(exchange, visit);
    return this.page.password(exchange, visit.person, visit);
  }

  use(exchange: Exchange, visit: LinkVisit, password: string): Promise<void> {
    if (visit.link.purpose === 'verify_email') return this.emails.confirm(exchange, visit);
    if (visit.link.purpose === 'reset') return this.passwords.reset(exchange, visit, password);
    return this.passwords.accept(exchange, visit, password);
  }
}
