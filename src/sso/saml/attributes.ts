import { isEmail } from 'class-validator';
import { attributeOf, childrenOf, textOf, type XmlElement } from '../../xml/index.js';
import { cleanText } from '../../audit/index.js';
import type { SamlSettings } from './settings.js';
import { SAML } from './names.js';

/** All values of each attribute, by the name the provider gives it. */
export type SamlAttributes = ReadonlyMap<string, readonly string[]>;

const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims';
/** What the common providers call these when nothing else is configured, the likeliest first. */
export const EMAIL_NAMES = [
  'email',
  'mail',
  'emailAddress',
  'urn:oid:0.9.2342.19200300.100.1.3',
  `${CLAIMS}/emailaddress`,
];
export const NAME_NAMES = [
  'displayName',
  'urn:oid:2.16.840.1.113730.3.1.241',
  'http://schemas.microsoft.com/identity/claims/displayname',
  'cn',
  'urn:oid:2.5.4.3',
  'name',
];

const MAX_NAME = 200;
const MAX_EMAIL = 320;

/** SAML Core §2.7.3. Values that are not text have no use here. */
export function attributesOf(assertion: XmlElement): SamlAttributes {
  const found = new Map<string, string[]>();
  for (const statement of childrenOf(assertion, [SAML, 'AttributeStatement'])) {
    for (const attribute of childrenOf(statement, [SAML, 'Attribute'])) {
      const name = attributeOf(attribute, 'Name');
      if (name === undefined) continue;
      const values = childrenOf(attribute, [SAML, 'AttributeValue']).map(textOf);
      found.set(name, [...(found.get(name) ?? []), ...values.filter((value) => value !== undefined)]);
    }
  }
  return found;
}

export function emailOf(
  attributes: SamlAttributes,
  { email }: SamlSettings['attributes'],
  otherwise?: string,
): string | undefined {
  const named = firstOf(attributes, email ? [email] : EMAIL_NAMES);
  return [named ?? (email ? undefined : otherwise)].find(
    (value) => value !== undefined && value.length <= MAX_EMAIL && isEmail(value, { require_tld: false }),
  );
}

export function personNameOf(
  attributes: SamlAttributes,
  { name }: SamlSettings['attributes'],
): string | undefined {
  const text = firstOf(attributes, name ? [name] : NAME_NAMES);
  return text && cleanText(text.slice(0, MAX_NAME));
}

/** What groups are mapped from: one value as it is, several as a list; the configured groups by one name besides. */
export function claimsOf(
  attributes: SamlAttributes,
  { groups }: SamlSettings['attributes'],
): Record<string, unknown> {
  const all = [...attributes].map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
  const named = groups === undefined ? [] : [['groups', attributes.get(groups) ?? []]];
  return Object.fromEntries([...all, ...named]) as Record<string, unknown>;
}

const firstOf = (attributes: SamlAttributes, names: readonly string[]): string | undefined =>
  names.flatMap((name) => attributes.get(name) ?? []).find((value) => value !== '');
