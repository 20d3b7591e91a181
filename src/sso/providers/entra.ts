import { isTemplated } from '../../config/index.js';
import { ProviderUnavailable, SignInRejected } from '../sso-failure.js';
import { valueAt, type Claims } from './claim-values.js';

const HOST = 'https://login.microsoftonline.com/';
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TEMPLATE = `${HOST}{tenantid}/v2.0`;
const placeholder = '{tenantid}';

/**
 * RFC 8414 §3.3: a document about another issuer is not this provider's. Microsoft's is about a template where several
 * tenants come in, and about the tenant's id where its domain was named.
 */
export function checkIssuer(configured: string, announced: string): void {
  if (URL.canParse(announced) && new URL(announced).href === new URL(configured).href) return;
  if (isTemplated(configured) && announced === TEMPLATE) return;
  if (isNamedTenant(configured) && isTenantIssuer(announced)) return;
  throw new ProviderUnavailable('issuer_mismatch');
}

/** The token names its tenant, its issuer is that tenant's, and it is signed by a key that may sign for that tenant. */
export function checkTenant(configured: string, claims: Claims, key: unknown): void {
  if (!isTemplated(configured)) return;
  const { tid, iss } = claims;
  if (typeof tid !== 'string' || !GUID.test(tid)) throw new SignInRejected('id_token_tid_invalid');
  if (iss !== TEMPLATE.replace(placeholder, tid)) throw new SignInRejected('id_token_iss_mismatch');
  const signsFor = valueAt(key, 'issuer');
  if (signsFor !== undefined && !(typeof signsFor === 'string' && signsFor.replace(placeholder, tid) === iss))
    throw new SignInRejected('id_token_key_of_other_tenant');
}

function isNamedTenant(issuer: string): boolean {
  const tenant = tenantOf(issuer);
  return tenant !== undefined && !GUID.test(tenant) && !isTemplated(issuer);
}

const isTenantIssuer = (issuer: string): boolean => GUID.test(tenantOf(issuer) ?? '');

const tenantOf = (issuer: string): string | undefined =>
  issuer.startsWith(HOST) ? /^([A-Za-z0-9.-]+)\/v2\.0\/?$/.exec(issuer.slice(HOST.length))?.[1] : undefined;
