import type { X509Certificate } from 'node:crypto';
import { isPlainHttp } from '../../published-keys.js';
import type { SamlProviderSection } from '../saml-provider.section.js';
import { readIdpMetadata, type IdpMetadata } from './idp-metadata.js';
import { certificateOf, certificatesIn, keyPairOf, toPem, type SamlKey } from './saml-keys.js';

/** What a section and the metadata in it amount to. */
export interface SamlPeer {
  readonly ssoUrl: string;
  readonly sloUrl?: string;
  readonly certificates: readonly X509Certificate[];
  readonly signing?: SamlKey;
  readonly decryption?: SamlKey;
}

/**
 * Metadata fills in what the section does not say; it takes no requirement away. Without problems, the result is whole.
 */
export function samlPeer(section: SamlProviderSection, problems: string[]): SamlPeer {
  const metadata = metadataOf(section, problems);
  const { ssoUrl = metadata?.ssoUrl ?? '', sloUrl = metadata?.sloUrl } = section;
  if (ssoUrl === '') problems.push('ssoUrl is missing: where people sign in, by the HTTP-Redirect binding');
  for (const url of [ssoUrl, sloUrl ?? ssoUrl]) {
    if (url !== '' && (!URL.canParse(url) || isPlainHttp(url) || !/^https?:/.test(url)))
      problems.push('ssoUrl and sloUrl must be https (http is allowed on loopback)');
  }
  const [signing, decryption] = (['signing', 'decryption'] as const).map((use) =>
    keyPairOf(section[use], use, problems),
  );
  if (metadata?.wantsSignedRequests && section.signing === undefined)
    problems.push(
      'the metadata wants signed requests: signing with a privateKey and a certificate is needed',
    );
  return {
    ssoUrl,
    ...(sloUrl && { sloUrl }),
    certificates: certificatesOf(section, metadata, problems),
    ...(signing && { signing }),
    ...(decryption && { decryption }),
  };
}

/** What is wrong with a section that its class cannot see. */
export function samlProviderProblems(section: SamlProviderSection): string[] {
  const problems: string[] = [];
  samlPeer(section, problems);
  return [...new Set(problems)].map((problem) => `${section.id}: ${problem}`);
}

function metadataOf({ metadata, issuer }: SamlProviderSection, problems: string[]): IdpMetadata | undefined {
  if (metadata === undefined) return undefined;
  try {
    const read = readIdpMetadata(metadata);
    if (read.entityId === issuer) return read;
    problems.push('the metadata is about another issuer');
  } catch (error) {
    problems.push(`the metadata is of no use: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
  return undefined;
}

/** What the section names counts alone: who takes a key out by hand does not want it back from the metadata. */
function certificatesOf(
  section: SamlProviderSection,
  metadata: IdpMetadata | undefined,
  problems: string[],
): X509Certificate[] {
  const named = section.certificates.flatMap((text) => certificatesIn(text, problems));
  const pems = section.certificates.length > 0 ? named : (metadata?.certificates ?? []).map(toPem);
  if (section.certificates.length === 0 && pems.length === 0)
    problems.push('certificates are missing: those of the keys that the provider signs with');
  return pems.flatMap((pem) => certificateOf(pem, 'certificates', problems) ?? []);
}
