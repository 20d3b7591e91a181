import { fetchProtectedResource, type Configuration } from 'openid-client';
import type { OAuth2ProviderSection } from '../../config/index.js';
import { SignInRejected } from '../sso-failure.js';
import { emailAt, nameAt, saysVerified, valueAt, type Claims } from './claim-values.js';
import { FEDERATED } from './oidc-claims.js';
import type { Assertion } from './provider.js';

const MAX_ADDRESSES = 1_000;

/** Asks whose access token it is; only tokens that this server was given for a code of its own get here. */
export async function oauth2Assertion(
  client: Configuration,
  section: OAuth2ProviderSection,
  accessToken: string,
): Promise<Assertion> {
  const { id: provider, issuer, mapping, emailLookup } = section;
  const profile = await read(client, section.userInfoEndpoint, accessToken);
  if (typeof profile !== 'object' || profile === null || Array.isArray(profile))
    throw new SignInRejected('userinfo_unreadable');
  const subject = subjectOf(valueAt(profile, mapping.subject));
  const address = emailLookup
    ? await primaryAddress(client, emailLookup, accessToken)
    : addressOf(profile, section);
  const name = nameAt(profile, mapping.name);
  return {
    identity: { provider, issuer, subject, ...(address.email && { email: address.email }) },
    emailVerified: address.verified,
    ...(name && { name }),
    amr: FEDERATED,
    claims: profile as Claims,
  };
}

interface Address {
  readonly email?: string;
  readonly verified: boolean;
}

function addressOf(profile: object, { mapping, trustEmail }: OAuth2ProviderSection): Address {
  const email = mapping.email === undefined ? undefined : emailAt(profile, mapping.email);
  if (email === undefined) return { verified: false };
  const word = mapping.emailVerified === undefined ? undefined : valueAt(profile, mapping.emailVerified);
  return { email, verified: saysVerified(word, trustEmail) };
}

/** The one address that is the person's own choice and was made sure of; any other says nothing. */
async function primaryAddress(
  client: Configuration,
  lookup: NonNullable<OAuth2ProviderSection['emailLookup']>,
  accessToken: string,
): Promise<Address> {
  const answer = await read(client, lookup.endpoint, accessToken, [403, 404]);
  const list = lookup.list === undefined ? answer : valueAt(answer, lookup.list);
  const email = (Array.isArray(list) ? (list as unknown[]) : [])
    .slice(0, MAX_ADDRESSES)
    .filter((one) => valueAt(one, lookup.primary) === true && valueAt(one, lookup.verified) === true)
    .map((one) => emailAt(one, lookup.email))
    .find((address) => address !== undefined);
  return email === undefined ? { verified: false } : { email, verified: true };
}

/** A number that JSON cannot hold exactly could be the number of somebody else. */
function subjectOf(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return String(value);
  if (typeof value === 'string' && /^[\x21-\x7e]{1,255}$/.test(value)) return value;
  throw new SignInRejected('userinfo_subject_invalid');
}

/** An answer with one of the statuses of `nothing` is no answer. */
async function read(
  client: Configuration,
  url: string,
  accessToken: string,
  nothing: readonly number[] = [],
): Promise<unknown> {
  const headers = new Headers({ accept: 'application/json' });
  const response = await fetchProtectedResource(client, accessToken, new URL(url), 'GET', undefined, headers);
  if (nothing.includes(response.status)) return undefined;
  if (response.status !== 200)
    throw new SignInRejected('userinfo_refused', { status: String(response.status) });
  try {
    return await response.json();
  } catch {
    throw new SignInRejected('userinfo_unreadable');
  }
}
