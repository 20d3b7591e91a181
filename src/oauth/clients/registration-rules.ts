import type { AppConfig, RegistrationRule } from '../../config/index.js';
import { isRegisteredRedirect } from '../authorize/redirect-uri.js';

type AllPolicies = AppConfig['policies'];

/** What of the configuration is read here. */
interface Policies {
  readonly policies: Pick<AllPolicies, 'registrationRules'> & {
    readonly clients: Pick<AllPolicies['clients'], 'redirect_prefixes'>;
  };
}

/** An application that nobody here made. */
export interface Applicant {
  readonly kind: 'dcr' | 'cimd';
  /** The URL of its metadata document. */
  readonly clientId?: string;
  readonly redirectUris: readonly string[];
  /** Where people are sent when they sign out, and where logout tokens go. */
  readonly logoutUris?: readonly string[];
  readonly softwareId?: string | null;
}

/**
 * The rule that decides about an application: the first that matches. One that approves by where answers go speaks for
 * those hosts alone, so that nothing else of the application may lead elsewhere.
 */
export function registrationRule({ policies }: Policies, applicant: Applicant): RegistrationRule | undefined {
  const { redirect_prefixes: prefixes } = policies.clients;
  return policies.registrationRules.find(({ match, trust }) => {
    const { kinds, redirectHosts, redirectUris, clientIdHosts, softwareIds } = match;
    return (
      (!kinds || kinds.includes(applicant.kind)) &&
      (!clientIdHosts || isAt(clientIdHosts, applicant.clientId)) &&
      (!redirectHosts || all(applicant, (uri) => isAt(redirectHosts, uri))) &&
      (!redirectUris || all(applicant, (uri) => isListed(uri, redirectUris, prefixes))) &&
      (!softwareIds || (applicant.softwareId != null && softwareIds.includes(applicant.softwareId))) &&
      (trust !== 'approved' || logoutStays(match, applicant))
    );
  });
}

/** Whether the metadata document at a URL may be fetched: not when every rule it could fall under refuses it. */
export function mayFetchDocument({ policies }: Policies, clientId: string): boolean {
  for (const { match, trust } of policies.registrationRules) {
    if (match.kinds && !match.kinds.includes('cimd')) continue;
    if (match.clientIdHosts && !isAt(match.clientIdHosts, clientId)) continue;
    if (trust !== 'refused') return true;
    if (!match.redirectHosts && !match.redirectUris && !match.softwareIds) return false;
  }
  return true;
}

/** Whether redirect URIs are as a rule wants them. */
export function redirectsFit({ redirects }: RegistrationRule, applicant: Applicant): boolean {
  if (redirects === undefined) return true;
  if (!all(applicant, (uri) => uri.startsWith('https://'))) return false;
  if (redirects === 'https') return true;
  const [first] = applicant.redirectUris;
  const host = hostOf(applicant.clientId ?? first);
  return host !== undefined && all(applicant, (uri) => hostOf(uri) === host);
}

/** The same for the URIs of logout. */
export function logoutFits({ redirects }: RegistrationRule, applicant: Applicant): boolean {
  const { logoutUris = [], clientId, redirectUris } = applicant;
  if (redirects === undefined) return true;
  if (!logoutUris.every((uri) => uri.startsWith('https://'))) return false;
  const host = hostOf(clientId ?? redirectUris[0]);
  return redirects === 'https' || logoutUris.every((uri) => hostOf(uri) === host);
}

function logoutStays(
  { redirectHosts, redirectUris }: RegistrationRule['match'],
  { logoutUris = [] }: Applicant,
): boolean {
  const hosts = redirectUris?.flatMap((uri) => hostOf(uri) ?? []);
  const isListedHost = (uri: string) => hosts!.includes(hostOf(uri) ?? '') || redirectUris!.includes(uri);
  return logoutUris.every(
    (uri) => (!redirectHosts || isAt(redirectHosts, uri)) && (!hosts || isListedHost(uri)),
  );
}

const all = ({ redirectUris }: Applicant, test: (uri: string) => boolean): boolean =>
  redirectUris.length > 0 && redirectUris.every(test);

/** Of `*.example.com` only sub-domains, cut at a dot; anything else is compared whole. */
export function hostMatches(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return host === pattern;
  const domain = pattern.slice(1);
  return host.length > domain.length && host.endsWith(domain);
}

function isAt(patterns: readonly string[], url: string | undefined): boolean {
  const host = hostOf(url);
  return host !== undefined && patterns.some((pattern) => hostMatches(pattern, host));
}

/** The lower-case host as the URL parser reads it; none for a URL with user information or a private-use scheme. */
function hostOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, username, password } = new URL(url);
  if (username || password || !['https:', 'http:'].includes(protocol)) return undefined;
  return hostname === '' ? undefined : hostname;
}

function isListed(uri: string, listed: readonly string[], prefixes: readonly string[]): boolean {
  if (isRegisteredRedirect(uri, listed, true)) return true;
  const prefix = prefixes.find((one) => uri.startsWith(one));
  // One segment that cannot climb: a parser would resolve dots, here nothing is resolved.
  if (prefix === undefined || !/^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,200}$/.test(uri.slice(prefix.length)))
    return false;
  return listed.some((one) => hostOf(one) === hostOf(prefix));
}
