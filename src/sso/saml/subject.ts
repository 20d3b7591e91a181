import { type XmlElement, attributeOf, childrenOf, textOf } from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';
import type { SamlAttributes } from './attributes.js';
import { NAME_ID, SAML } from './names.js';
import type { SamlSettings } from './settings.js';

const FORMATS = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  emailAddress: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
} as const;

const MAX_SUBJECT = 256;

export interface NameId {
  readonly value: string;
  readonly format?: string;
}

/** What an AuthnRequest asks for; `null` leaves it to the provider. */
export const askedFormat = ({ nameIdFormat, attributes }: SamlSettings): string | null =>
  attributes.subject !== undefined || nameIdFormat === 'unspecified' ? null : FORMATS[nameIdFormat];

export const isEmailFormat = ({ format }: NameId): boolean => format === FORMATS.emailAddress;

/**
 * SAML Core §2.2.2, §8.3: the name of a person, which means nothing outside its qualifiers.
 * @throws SignInRejected
 */
export function nameIdOf(parent: XmlElement, { idp, sp }: SamlSettings): NameId | undefined {
  const [nameId, ...more] = childrenOf(parent, NAME_ID);
  if (childrenOf(parent, [SAML, 'EncryptedID']).length > 0) throw new SignInRejected('subject_encrypted');
  if (more.length > 0) throw new SignInRejected('nameid_malformed');
  if (!nameId) return undefined;
  const value = textOf(nameId);
  if (!value || value.length > MAX_SUBJECT) throw new SignInRejected('nameid_malformed');
  const [qualifier, ours] = [attributeOf(nameId, 'NameQualifier'), attributeOf(nameId, 'SPNameQualifier')];
  if ((qualifier || idp.entityId) !== idp.entityId || (ours || sp.entityId) !== sp.entityId)
    throw new SignInRejected('nameid_qualifier_mismatch');
  const format = attributeOf(nameId, 'Format');
  return { value, ...(format && { format }) };
}

/**
 * By what a person is known for good: the name in the one format that was agreed on, or an attribute.
 * @throws SignInRejected
 */
export function subjectOf(
  nameId: NameId | undefined,
  attributes: SamlAttributes,
  settings: SamlSettings,
): string {
  const { subject } = settings.attributes;
  if (subject === undefined) {
    if (!nameId) throw new SignInRejected('nameid_missing');
    if ((nameId.format ?? FORMATS.unspecified) !== FORMATS[settings.nameIdFormat])
      throw new SignInRejected('nameid_format_mismatch');
    return nameId.value;
  }
  const values = attributes.get(subject) ?? [];
  if (values.length !== 1 || !values[0] || values[0].length > MAX_SUBJECT)
    throw new SignInRejected('subject_attribute_missing');
  return values[0];
}

/**
 * The subject that a logout request names; `undefined` when people are known by an attribute, which such a request does
 * not have.
 * @throws SignInRejected
 */
export function agreedNameOf(request: XmlElement, settings: SamlSettings): string | undefined {
  const nameId = nameIdOf(request, settings);
  if (!nameId) throw new SignInRejected('nameid_missing');
  if (settings.attributes.subject !== undefined) return undefined;
  // Some providers leave the format out here.
  if ((nameId.format ?? FORMATS[settings.nameIdFormat]) !== FORMATS[settings.nameIdFormat])
    throw new SignInRejected('nameid_format_mismatch');
  return nameId.value;
}
