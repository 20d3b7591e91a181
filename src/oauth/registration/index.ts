import { InitialAccessTokens } from './initial-access-tokens.js';
import { ManagedClients } from './managed-clients.js';
import { Registrations } from './registrations.js';
import { SoftwareStatements } from './software-statements.js';

/** What registration by clients themselves is made of. */
export const REGISTRATION = [InitialAccessTokens, ManagedClients, Registrations, SoftwareStatements];
