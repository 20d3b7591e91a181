import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import type { SamlKeySection } from '../saml-provider.section.js';

const MIN_RSA_BITS = 2048;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A key pair of ours, for one use. */
export interface SamlKey {
  readonly privateKey: KeyObject;
  readonly certificate: X509Certificate;
}

/** Variables often have their lines written as \n. */
const unfolded = (pem: string): string => pem.replace(/\\n/g, '\n').trim();

export const toPem = (base64: string): string =>
  `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`;

export function certificatesIn(text: string, problems: string[]): string[] {
  const found = unfolded(text).match(PEM_CERTIFICATE);
  if (!found) problems.push('certificates must be PEM certificates');
  return found ?? [];
}

export function certificateOf(pem: string, what: string, problems: string[]): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(unfolded(pem));
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    if (type === 'rsa' && (details?.modulusLength ?? 0) >= MIN_RSA_BITS) return certificate;
    problems.push(`${what} must be of RSA keys with ${MIN_RSA_BITS} bits or more`);
  } catch {
    problems.push(`${what} must be PEM certificates`);
  }
  return undefined;
}

export function keyPairOf(
  pair: SamlKeySection | undefined,
  use: string,
  problems: string[],
): SamlKey | undefined {
  if (!pair) return undefined;
  const certificate = certificateOf(pair.certificate, `${use}.certificate`, problems);
  try {
    const privateKey = createPrivateKey(unfolded(pair.privateKey));
    if (certificate?.checkPrivateKey(privateKey)) return { privateKey, certificate };
    if (certificate) problems.push(`${use}.certificate is not of ${use}.privateKey`);
  } catch {
    problems.push(`${use}.privateKey must be a private key as PEM, without a passphrase`);
  }
  return undefined;
}
