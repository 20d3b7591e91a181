import type { Account, GoodLink } from '../../users/index.js';
import type { Person } from '../factors/person.js';

/** Somebody who came by a link that is still good. */
export interface LinkVisit {
  readonly token: string;
  readonly link: GoodLink;
  readonly account: Account;
  readonly person: Person;
}
