import type { X509Certificate } from 'node:crypto';
import { samlPeer, type AppConfig, type SamlKey, type SamlProviderSection } from '../../config/index.js';
import { SignInRejected } from '../sso-failure.js';

/** One provider, and what this server is to it. */
export interface SamlSettings {
  readonly id: string;
  readonly idp: {
    readonly entityId: string;
    readonly ssoUrl: string;
    readonly sloUrl?: string;
    readonly certificates: readonly X509Certificate[];
    readonly acceptExpired: boolean;
  };
  readonly sp: {
    readonly entityId: string;
    readonly metadataUrl: string;
    /** Where responses are posted to. */
    readonly acsUrl: string;
    readonly sloUrl: string;
    readonly signing?: SamlKey;
    readonly decryption?: SamlKey;
  };
  readonly nameIdFormat: SamlProviderSection['nameIdFormat'];
  readonly attributes: SamlProviderSection['attributes'];
}

/** Of a section without problems. */
export function samlSettings(
  section: SamlProviderSection,
  { publicUrl }: Pick<AppConfig, 'publicUrl'>,
): SamlSettings {
  const { id, issuer, acceptExpiredCertificates: acceptExpired, nameIdFormat, attributes } = section;
  const { signing, decryption, ...theirs } = samlPeer(section, []);
  const base = `${publicUrl}/sso/${id}`;
  return {
    id,
    idp: { entityId: issuer, ...theirs, acceptExpired },
    sp: {
      entityId: section.entityId ?? `${base}/metadata`,
      metadataUrl: `${base}/metadata`,
      acsUrl: `${base}/callback`,
      sloUrl: `${base}/slo`,
      ...(signing && { signing }),
      ...(decryption && { decryption }),
    },
    nameIdFormat,
    attributes,
  };
}

/** RFC 5280 §4.1.2.5. A certificate that ran out vouches for nothing, unless the installer wants it all the same. */
export function usableCertificates(
  { certificates, acceptExpired }: SamlSettings['idp'],
  at = Date.now(),
): X509Certificate[] {
  return certificates.filter(
    ({ validFrom, validTo }) => acceptExpired || (Date.parse(validFrom) <= at && at < Date.parse(validTo)),
  );
}

/**
 * What a signature of the provider is verified with.
 * @throws SignInRejected
 */
export function pemsOf(idp: SamlSettings['idp']): string[] {
  const usable = usableCertificates(idp);
  if (usable.length === 0) throw new SignInRejected('certificate_expired');
  return usable.map((certificate) => certificate.toString());
}
