import {
  allOf,
  attributeOf,
  childrenOf,
  is,
  readXml,
  textOf,
  type Qualified,
  type XmlElement,
} from '../../../xml/index.js';

const METADATA = 'urn:oasis:names:tc:SAML:2.0:metadata';
const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const CERTIFICATE: Qualified = ['http://www.w3.org/2000/09/xmldsig#', 'X509Certificate'];

const LIMITS = { size: 1024 * 1024, elements: 20_000, attributes: 100_000, depth: 32 };
/** Such a document may explain itself; that is no part of what it says. */
const EXPLANATIONS = /<!--[\s\S]*?-->|<\?(?!xml )[\s\S]*?\?>/g;

/** What a provider says about itself. */
export interface IdpMetadata {
  readonly entityId: string;
  readonly ssoUrl?: string;
  readonly sloUrl?: string;
  /** In base64, without the lines of PEM. */
  readonly certificates: readonly string[];
  readonly wantsSignedRequests: boolean;
}

/**
 * SAML Metadata §2.3, §2.4.3.
 * @throws Error that says what is wrong with it
 */
export function readIdpMetadata(text: string): IdpMetadata {
  const root = parsed(text);
  const entityId = attributeOf(root, 'entityID');
  if (!is(root, [METADATA, 'EntityDescriptor']) || !entityId)
    throw new Error('it must be one EntityDescriptor with an entityID');
  const role = childrenOf(root, [METADATA, 'IDPSSODescriptor']).find((each) =>
    (attributeOf(each, 'protocolSupportEnumeration') ?? '').split(' ').includes(PROTOCOL),
  );
  if (!role) throw new Error('it has no IDPSSODescriptor for SAML 2.0');
  const ssoUrl = redirectTo(role, 'SingleSignOnService', 'Location');
  const sloUrl =
    redirectTo(role, 'SingleLogoutService', 'ResponseLocation') ??
    redirectTo(role, 'SingleLogoutService', 'Location');
  return {
    entityId,
    ...(ssoUrl && { ssoUrl }),
    ...(sloUrl && { sloUrl }),
    certificates: certificatesOf(role),
    wantsSignedRequests: ['true', '1'].includes(attributeOf(role, 'WantAuthnRequestsSigned') ?? ''),
  };
}

function parsed(text: string): XmlElement {
  try {
    const plain = text
      .replace(/^\ufeff/, '')
      .replace(/\r\n?/g, '\n')
      .replace(EXPLANATIONS, '');
    return readXml(plain, LIMITS);
  } catch (error) {
    throw new Error(`it cannot be read (${error instanceof Error ? error.message : 'unknown'})`, {
      cause: error,
    });
  }
}

/** §2.4.1.1: a key without a use is for signing too. */
function certificatesOf(role: XmlElement): string[] {
  const keys = childrenOf(role, [METADATA, 'KeyDescriptor']).filter(
    (key) => (attributeOf(key, 'use') ?? 'signing') === 'signing',
  );
  const certificates = keys.flatMap((key) => [...allOf(key)].filter((each) => is(each, CERTIFICATE)));
  return certificates.map((each) => (textOf(each) ?? '').replace(/\s+/g, ''));
}

function redirectTo(role: XmlElement, service: string, attribute: string): string | undefined {
  const found = childrenOf(role, [METADATA, service]).find(
    (each) => attributeOf(each, 'Binding') === REDIRECT,
  );
  return found && attributeOf(found, attribute);
}
