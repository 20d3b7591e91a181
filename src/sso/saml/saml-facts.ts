import type { ProviderFacts, Reach, TestStep } from '../providers/provider.js';
import { Trial } from '../providers/trial.js';
import { ProviderUnavailable } from '../sso-failure.js';
import { EMAIL_NAMES, NAME_NAMES } from './attributes.js';
import { certificateWarnings } from './certificate-warnings.js';
import { usableCertificates, type SamlSettings } from './settings.js';

const TIMEOUT_MS = 8_000;

export function samlFacts({ sp, attributes }: SamlSettings): ProviderFacts {
  return {
    redirectUri: sp.acsUrl,
    claims: {
      subject: attributes.subject ?? 'NameID',
      email: attributes.email ?? EMAIL_NAMES.join(', '),
      name: attributes.name ?? NAME_NAMES.join(', '),
      ...(attributes.groups !== undefined && { groups: attributes.groups }),
    },
    register: { entity_id: sp.entityId, metadata_url: sp.metadataUrl, single_logout_url: sp.sloUrl },
  };
}

/** Everything that can be tried at a SAML provider without a person. */
export async function testSaml({ idp, sp }: SamlSettings, reach: Reach): Promise<readonly TestStep[]> {
  const trial = new Trial();
  trial.add('configuration', true, 'The settings are complete');
  trial.add('redirect_uri', true, `Register exactly this at the provider: ${sp.acsUrl}`);
  trial.add('entity_id', true, `Register exactly this at the provider: ${sp.entityId}`);
  const warnings = certificateWarnings(idp.certificates);
  trial.add(
    'certificates',
    usableCertificates(idp).length > 0,
    warnings.length > 0 ? warnings.join('; ') : `Certificates that are valid: ${idp.certificates.length}`,
  );
  await trial.attempt('sign_in_page', 'The address where people sign in', () => visit(idp.ssoUrl, reach));
  const { sloUrl } = idp;
  if (sloUrl !== undefined)
    trial.add('logout_address', reach.mayCall(sloUrl), 'Answers to its logout requests go there');
  return trial.steps;
}

/** It has nothing to say to a visit without a request, but it is there. */
async function visit(url: string, reach: Reach): Promise<void> {
  const { status } = await reach.fetch(url, {
    method: 'GET',
    headers: { accept: 'text/html' },
    body: undefined,
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (status === 404) throw new ProviderUnavailable('response_status_unexpected');
}
