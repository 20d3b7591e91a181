import type { X509Certificate } from 'node:crypto';
import { CONTENT_ENCRYPTIONS, KEY_ENCRYPTIONS } from './decryption.js';
import { DS, METADATA, POST_BINDING, REDIRECT_BINDING, SAMLP } from './names.js';
import type { SamlSettings } from './settings.js';
import { askedFormat } from './subject.js';

/** SAML Metadata §2.4.4: what a provider has to know about this server. The same for the same settings. */
export function spMetadata(settings: SamlSettings): string {
  const { entityId, acsUrl, sloUrl, signing, decryption } = settings.sp;
  const format = askedFormat(settings);
  return [
    `<md:EntityDescriptor xmlns:md="${METADATA}" xmlns:ds="${DS}" entityID="${escaped(entityId)}">`,
    `<md:SPSSODescriptor protocolSupportEnumeration="${SAMLP}" AuthnRequestsSigned="${String(signing !== undefined)}" WantAssertionsSigned="true">`,
    ...(signing ? [keyDescriptor('signing', signing.certificate, [])] : []),
    ...(decryption
      ? [keyDescriptor('encryption', decryption.certificate, [...CONTENT_ENCRYPTIONS, ...KEY_ENCRYPTIONS])]
      : []),
    ...[REDIRECT_BINDING, POST_BINDING].map(
      (binding) => `<md:SingleLogoutService Binding="${binding}" Location="${escaped(sloUrl)}"/>`,
    ),
    ...(format ? [`<md:NameIDFormat>${format}</md:NameIDFormat>`] : []),
    `<md:AssertionConsumerService index="0" isDefault="true" Binding="${POST_BINDING}" Location="${escaped(acsUrl)}"/>`,
    '</md:SPSSODescriptor>',
    '</md:EntityDescriptor>',
    '',
  ].join('\n');
}

function keyDescriptor(use: string, certificate: X509Certificate, methods: readonly string[]): string {
  return [
    `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data>`,
    `<ds:X509Certificate>${certificate.raw.toString('base64')}</ds:X509Certificate>`,
    '</ds:X509Data></ds:KeyInfo>',
    ...methods.map((method) => `<md:EncryptionMethod Algorithm="${method}"/>`),
    '</md:KeyDescriptor>',
  ].join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => ESCAPES[character]!);
