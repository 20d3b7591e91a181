import { ActorTokens } from './actor-tokens.js';
import { ExchangeIssuance } from './exchange-issuance.js';
import { ExchangeTarget } from './exchange-target.js';
import { SubjectTokens } from './subject-tokens.js';

/** What token exchange consists of, for the module of the room. */
export const EXCHANGE = [SubjectTokens, ActorTokens, ExchangeTarget, ExchangeIssuance];
