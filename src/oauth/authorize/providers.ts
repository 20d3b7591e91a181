import { AcrValues } from './acr-values.js';
import { Authorization } from './authorization.js';
import { AuthorizationAnswers } from './authorization-answers.js';
import { AuthorizationResponses } from './authorization-responses.js';
import { ConsentMemory } from './consent-memory.js';
import { ConsentPage } from './consent-page.js';
import { ConsentSteps } from './consent-steps.js';
import { GrantOpening } from './grant-opening.js';
import { Interaction } from './interaction.js';
import { PreConsent } from './pre-consent.entity.js';
import { PushedRequest } from './pushed-request.entity.js';
import { PushedRequests } from './pushed-requests.js';
import { Pushing } from './pushing.js';
import { RequestChecks } from './request-checks.js';
import { RequestReader } from './request-reader.js';
import { SignInDemands } from './sign-in-demands.js';
import { AuthorizationSignInReason } from './sign-in-reason.js';

/** Everything between an authorization request and its answer. */
export const AUTHORIZE = [
  AcrValues,
  RequestReader,
  RequestChecks,
  PushedRequests,
  Pushing,
  SignInDemands,
  AuthorizationSignInReason,
  Interaction,
  ConsentMemory,
  ConsentSteps,
  ConsentPage,
  Authorization,
  GrantOpening,
  AuthorizationAnswers,
  AuthorizationResponses,
];

export const AUTHORIZE_ENTITIES = [PushedRequest, PreConsent];
