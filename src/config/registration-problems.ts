import type { ClientSection } from './client.section.js';
import type { PoliciesSection } from './policies.section.js';
import { isPlainHttp, isPublicKeySet } from './published-keys.js';
import type { RegistrationRule } from './registration.section.js';

/** What no decorator can say about the clients of the file. */
export function clientProblems(clients: readonly ClientSection[]): string[] {
  return clients.flatMap(({ clientId, clientSecret, authMethod, jwks, jwksUri }) => {
    const bySecret = authMethod?.startsWith('client_secret') ?? clientSecret !== undefined;
    const byKeys = authMethod === 'private_key_jwt';
    return [
      bySecret !== (clientSecret !== undefined) &&
        `clients: ${clientId} needs a clientSecret exactly when it uses one`,
      byKeys && !jwks && !jwksUri && `clients: ${clientId} needs jwks or jwksUri for private_key_jwt`,
    ].filter((problem) => typeof problem === 'string');
  });
}

/** What no decorator can say about the rules of registration. */
export function registrationProblems({ registrationRules, softwareStatements }: PoliciesSection): string[] {
  const issuers = softwareStatements.map(({ issuer }) => issuer);
  return [
    ...registrationRules.flatMap((rule, index) =>
      provesNothing(rule)
        ? [
            `policies.registrationRules: rule ${index + 1} approves by softwareIds alone, which anybody can claim; name redirectHosts, redirectUris or clientIdHosts too`,
          ]
        : [],
    ),
    ...softwareStatements.flatMap(({ issuer, jwks, jwksUri }) =>
      (jwks === undefined) === (jwksUri === undefined)
        ? [`policies.softwareStatements: ${issuer} needs either jwks or jwksUri`]
        : [],
    ),
    ...softwareStatements
      .filter(({ jwksUri }) => isPlainHttp(jwksUri))
      .map(
        ({ issuer }) => `policies.softwareStatements: the jwksUri of ${issuer} is http; only https is safe`,
      ),
    ...softwareStatements
      .filter(({ jwks }) => jwks !== undefined && !isPublicKeySet(jwks))
      .map(
        ({ issuer }) => `policies.softwareStatements: the jwks of ${issuer} must be a list of public keys`,
      ),
    ...[...new Set(issuers.filter((issuer, index) => issuers.indexOf(issuer) !== index))].map(
      (issuer) => `policies.softwareStatements has ${issuer} twice`,
    ),
  ];
}

/** Whether a rule would approve whoever claims to be it. */
export function provesNothing({ trust, match }: Pick<RegistrationRule, 'trust' | 'match'>): boolean {
  const proofs = [match.redirectHosts, match.redirectUris, match.clientIdHosts];
  return trust === 'approved' && match.softwareIds !== undefined && proofs.every((one) => one === undefined);
}
