import { GoneException, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { Exchange } from '../exchange.js';
import { SessionsService } from '../sessions.service.js';
import { LinkPage } from './link-page.js';
import type { LinkVisit } from './link-visit.js';
import { ProvedAddresses } from './proved-addresses.js';

/**
 * Links that prove an address. Only the person who asked for it, signed in, can use one: who reads the letter may be
 * somebody else, whose address would then be on an account that is not theirs.
 */
@Injectable()
export class EmailLinks {
  constructor(
    private readonly config: AppConfig,
    private readonly sessions: SessionsService,
    private readonly addresses: ProvedAddresses,
    private readonly page: LinkPage,
  ) {}

  async show(exchange: Exchange, visit: LinkVisit): Promise<void> {
    const state = (await this.isThere(exchange, visit)) ? 'ask' : 'sign_in';
    this.page.email(exchange, { ...visit, state });
  }

  async confirm(exchange: Exchange, visit: LinkVisit): Promise<void> {
    if (!(await this.isThere(exchange, visit))) return this.show(exchange, visit);
    const outcome = await this.addresses.confirm(visit.person, visit.token);
    if (outcome === 'not_good') throw new GoneException();
    if (outcome === 'taken') return this.page.email(exchange, { ...visit, state: 'taken' });
    exchange.res.redirect(303, `${this.config.basePath}/account/security?done=email_changed`);
  }

  private async isThere({ req }: Exchange, { link }: LinkVisit): Promise<boolean> {
    return (await this.sessions.resolve(req))?.userId === link.userId;
  }
}
