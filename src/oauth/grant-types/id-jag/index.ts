import { AssertedPeople } from './asserted-people.js';
import { Assertions } from './assertions.js';
import { IdJagDecision } from './id-jag-decision.js';
import { IdJagIssuance } from './id-jag-issuance.js';
import { IdJagTarget } from './id-jag-target.js';
import { PersonConsent } from './person-consent.js';
import { TrustedIssuers } from './trusted-issuers.js';

/** What redeeming an identity assertion consists of, for the module of the room. */
export const ID_JAG = [
  TrustedIssuers,
  Assertions,
  AssertedPeople,
  IdJagTarget,
  PersonConsent,
  IdJagDecision,
  IdJagIssuance,
];
