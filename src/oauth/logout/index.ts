import { AfterSession } from './after-session.js';
import { IdTokenHints } from './id-token-hints.js';
import { LogoutAnswers } from './logout-answers.js';
import { LogoutDeliveries } from './logout-deliveries.js';
import { LogoutRequests } from './logout-request.js';
import { LogoutTokens } from './logout-tokens.js';
import { LogoutWorker } from './logout-worker.js';
import { SignOut } from './sign-out.js';

/** What signing out is made of. */
export const LOGOUT = [
  AfterSession,
  IdTokenHints,
  LogoutAnswers,
  LogoutDeliveries,
  LogoutRequests,
  LogoutTokens,
  LogoutWorker,
  SignOut,
];
