import type { AppConfig } from '../../config/index.js';
import { OAuthError } from '../oauth-error.js';
import { movesTrust } from './client-fingerprint.js';
import type { EffectiveMetadata } from './client-metadata.js';
import type { ClientChange, ClientOrigin } from './client-origin.js';
import type { Client } from './client.entity.js';
import { logoutFits, redirectsFit, registrationRule, type Applicant } from './registration-rules.js';

/** What of the configuration is read here, with the rules that operators have set. */
type Rules = Pick<AppConfig, 'policies'>;
type Standing = Pick<Client, 'trustState' | 'allowedScopes'>;

/** Whether a client made itself: nobody here decided that it should exist. */
export const isSelfMade = ({ registration }: Pick<Client, 'registration'>): boolean =>
  registration === 'dcr' || registration === 'cimd';

/**
 * What a new client is trusted with: what its maker says, then what the rules say.
 * @throws OAuthError access_denied, invalid_redirect_uri, invalid_client_metadata
 */
export function standingAtFirst(config: Rules, settled: EffectiveMetadata, origin: ClientOrigin): Standing {
  const rule = isSelfMade(origin) ? ruleFor(config, settled, origin) : undefined;
  const byDefault = isSelfMade(origin) ? 'quarantined' : 'approved';
  const scopes = origin.allowedScopes ?? rule?.scopes;
  return {
    trustState: origin.trustState ?? rule?.trust ?? byDefault,
    allowedScopes: scopes ? [...scopes] : null,
  };
}

/**
 * What it is trusted with after it gave itself other metadata. What an admin approved was this client, with these keys
 * and redirect URIs: a change can lose trust, never gain it.
 * @throws OAuthError access_denied, invalid_redirect_uri, invalid_client_metadata
 */
export async function standingAfter(
  config: Rules,
  before: Client,
  { settled, change }: { settled: EffectiveMetadata; change: ClientChange },
): Promise<Partial<Standing>> {
  if (change.takenOverBy && before.trustState === 'quarantined') return { trustState: 'approved' };
  if (!isSelfMade(before) || change.keepsTrust || !(await movesTrust(before, settled))) return {};
  const rule = ruleFor(config, settled, before);
  if (change.vouchedFor) return {};
  const trustState = rule?.trust ?? config.policies.trustAfterChange;
  return {
    ...(before.trustState === 'approved' && { trustState }),
    ...(rule?.scopes && { allowedScopes: within(before.allowedScopes, rule.scopes) }),
  };
}

/** Whoever set a ceiling before meant it: another rule only lowers it. */
const within = (ceiling: readonly string[] | null, scopes: readonly string[]): string[] =>
  scopes.filter((scope) => ceiling === null || ceiling.includes(scope));

interface Decided {
  readonly trust: 'approved' | 'quarantined';
  readonly scopes?: readonly string[];
}

function ruleFor(
  config: Rules,
  settled: EffectiveMetadata,
  { registration, id }: Pick<ClientOrigin, 'registration' | 'id'>,
): Decided | undefined {
  const applicant: Applicant = {
    kind: registration === 'cimd' ? 'cimd' : 'dcr',
    ...(registration === 'cimd' && id !== undefined && { clientId: id }),
    redirectUris: settled.redirectUris,
    logoutUris: logoutUrisOf(settled),
    softwareId: settled.softwareId,
  };
  const rule = registrationRule(config, applicant);
  if (!rule) return undefined;
  const { trust, scopes } = rule;
  if (trust === 'refused')
    throw new OAuthError('access_denied', 'The rules of this server do not admit this application', {
      reason: 'refused_by_rule',
    });
  if (!redirectsFit(rule, applicant))
    throw new OAuthError(
      'invalid_redirect_uri',
      'A redirect URI is refused: the rules of this server forbid it',
      {
        reason: 'redirect_refused_by_rule',
      },
    );
  if (!logoutFits(rule, applicant))
    throw new OAuthError(
      'invalid_client_metadata',
      'A URI for logout is refused: the rules of this server forbid it',
      { reason: 'logout_refused_by_rule' },
    );
  return { trust, ...(scopes && { scopes }) };
}

const logoutUrisOf = ({ postLogoutRedirectUris, backchannelLogoutUri }: EffectiveMetadata): string[] => [
  ...postLogoutRedirectUris,
  ...(backchannelLogoutUri === null ? [] : [backchannelLogoutUri]),
];
