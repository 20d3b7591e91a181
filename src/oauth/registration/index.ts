import { InitialAccessToken } from './initial-access-token.entity.js';
import { InitialAccessTokens } from './initial-access-tokens.js';
import { ManagedClients } from './managed-clients.js';
import { RegistrationPolicies } from './registration-policies.js';
import { RegistrationPolicy } from './registration-policy.entity.js';
import { Registrations } from './registrations.js';
import { SoftwareStatements } from './software-statements.js';

/** What registration by clients themselves is made of. */
export const REGISTRATION = [ManagedClients, Registrations, SoftwareStatements];
export const REGISTRATION_ENTITIES = [InitialAccessToken, RegistrationPolicy];

/** What other rooms use of it. */
export const REGISTRATION_DOOR = [InitialAccessTokens, RegistrationPolicies];
