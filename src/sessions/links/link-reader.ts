import { GoneException, Injectable } from '@nestjs/common';
import { OneTimeLinks, UsersService } from '../../users/index.js';
import type { Exchange } from '../exchange.js';
import { personAt } from '../factors/person.js';
import type { LinkVisit } from './link-visit.js';

/** Who comes by a link. */
@Injectable()
export class LinkReader {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly users: UsersService,
  ) {}

  /** @throws GoneException the same for what never was, what was used, and what is too old */
  async read({ req }: Exchange, token: string): Promise<LinkVisit> {
    const link = await this.links.look(token);
    const account = link && (await this.users.find(link.userId));
    if (!account) throw new GoneException();
    return { token, link, account, person: personAt(req, account) };
  }
}
