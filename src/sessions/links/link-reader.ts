import { GoneException, Injectable } from '@nestjs/common';
import { Refusals } from '../../audit/index.js';
import { OneTimeLinks, UsersService, type Account } from '../../users/index.js';
import type { Exchange } from '../exchange.js';
import { personAt } from '../factors/person.js';
import { HomeRealm } from '../home-realm.js';
import type { LinkVisit } from './link-visit.js';

/** Who comes by a link. */
@Injectable()
export class LinkReader {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly users: UsersService,
    private readonly homeRealm: HomeRealm,
    private readonly refusals: Refusals,
  ) {}

  /**
   * `undefined`: their organisation alone signs them in, and the browser was led there.
   * @throws GoneException the same for what never was, what was used, and what is too old
   */
  async read({ req, res }: Exchange, token: string): Promise<LinkVisit | undefined> {
    const link = await this.links.look(token);
    const account = link && (await this.users.find(link.userId));
    if (!account) throw new GoneException();
    if (link.purpose !== 'verify_email' && (await this.isLedAway({ req, res }, account))) return undefined;
    return { token, link, account, person: personAt(req, account) };
  }

  private async isLedAway({ req, res }: Exchange, { email }: Account): Promise<boolean> {
    if (!(await this.homeRealm.onlyWayOf(email))) return false;
    const decisionId = await this.refusals.record('http.request.handled', 403, 'provider_only');
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    return this.homeRealm.answersLink(req, res, email);
  }
}
