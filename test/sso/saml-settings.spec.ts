import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { loadConfig, samlPeer, type SamlProviderSection } from '../../src/config/index.js';
import { certificateWarnings } from '../../src/sso/saml/certificate-warnings.js';
import { certifiedKey, type CertifiedKey } from '../support/x509.js';

const ISSUER = 'https://idp.example.com/metadata';
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-saml-'));
afterAll(() => rmSync(folder, { recursive: true }));

let key: CertifiedKey;
let other: CertifiedKey;
let weak: CertifiedKey;
beforeAll(() => {
  [key, other, weak] = [certifiedKey(), certifiedKey(), certifiedKey({ bits: 1024 })];
});

const derOf = ({ certificatePem }: CertifiedKey): string =>
  new X509Certificate(certificatePem).raw.toString('base64').replace(/(.{64})/g, '$1\n   ');
const keyDescriptor = (of: CertifiedKey, use = ''): string =>
  `<KeyDescriptor${use}><d:KeyInfo xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:X509Data><d:X509Certificate>\n${derOf(of)}\n</d:X509Certificate></d:X509Data></d:KeyInfo></KeyDescriptor>`;
const service = (name: string, binding: string, location: string, more = ''): string =>
  `<${name} Binding="${binding}" Location="${location}"${more}/>`;

const SSO =
  service('SingleSignOnService', POST, 'https://idp.example.com/post') +
  service('SingleSignOnService', REDIRECT, 'https://idp.example.com/sso');
const metadata = (content: string, attributes = ''): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- made by a tool -->\r\n<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ISSUER}"><IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"${attributes}>${content}</IDPSSODescriptor></EntityDescriptor>`;

interface Result {
  peer: ReturnType<typeof samlPeer> | undefined;
  problems: readonly string[];
}

/** What a start makes of one provider in the configuration file. */
function read(settings: object): Result {
  const path = join(folder, 'gatehouse.yaml');
  const provider = { id: 'corporate', kind: 'saml', issuer: ISSUER, ...settings };
  writeFileSync(path, stringify({ identityProviders: [provider] }));
  try {
    const [section] = loadConfig({ GATEHOUSE_CONFIG: path, DATA_DIR: folder }).identityProviders;
    return { peer: samlPeer(section as SamlProviderSection, []), problems: [] };
  } catch (error) {
    return { peer: undefined, problems: (error as { problems: string[] }).problems };
  }
}

const fingerprints = ({ peer }: Result): string[] =>
  peer!.certificates.map(({ fingerprint256 }) => fingerprint256);
const fingerprintOf = ({ certificatePem }: CertifiedKey): string =>
  new X509Certificate(certificatePem).fingerprint256;

describe('the metadata of a provider', () => {
  it('says where it is and what it signs with, wherever it is written', () => {
    const text = metadata(keyDescriptor(key) + keyDescriptor(other, ' use="encryption"') + SSO);
    writeFileSync(join(folder, 'idp.xml'), `\ufeff${text}`);
    for (const where of ['idp.xml', text]) {
      const result = read({ metadata: where });
      expect(result.problems).toEqual([]);
      expect(result.peer).toMatchObject({ ssoUrl: 'https://idp.example.com/sso' });
      expect(result.peer).not.toHaveProperty('sloUrl');
      expect(fingerprints(result)).toEqual([fingerprintOf(key)]);
    }
  });

  it('has answers to logout requests sent where it wants them', () => {
    const slo = 'https://idp.example.com/slo';
    const answers = `${slo}/answers`;
    const at = (more: string) =>
      read({
        metadata: metadata(keyDescriptor(key) + service('SingleLogoutService', REDIRECT, slo, more) + SSO),
      }).peer;
    expect(at('')).toMatchObject({ sloUrl: slo });
    expect(at(` ResponseLocation="${answers}"`)).toMatchObject({ sloUrl: answers });
  });

  it('gives way to what is named beside it', () => {
    const result = read({
      metadata: metadata(keyDescriptor(key) + SSO),
      certificates: [other.certificatePem.replaceAll('\n', '\\n')],
      ssoUrl: 'https://idp.example.com/elsewhere',
    });
    expect(result.peer).toMatchObject({ ssoUrl: 'https://idp.example.com/elsewhere' });
    expect(fingerprints(result)).toEqual([fingerprintOf(other)]);
  });

  it.each<[string, () => object, RegExp]>([
    [
      'is about another issuer',
      () => ({ issuer: 'https://other.test', metadata: metadata(keyDescriptor(key) + SSO) }),
      /about another issuer/,
    ],
    [
      'has a document type',
      () => ({ metadata: `<!DOCTYPE x>${metadata(SSO)}` }),
      /of no use: it cannot be read \(xml_doctype\)/,
    ],
    ['is none', () => ({ metadata: '<html/>' }), /one EntityDescriptor/],
    [
      'is of a service',
      () => ({ metadata: metadata(SSO).replaceAll('IDPSSODescriptor', 'SPSSODescriptor') }),
      /no IDPSSODescriptor/,
    ],
    [
      'is of SAML 1.1 only',
      () => ({ metadata: metadata(SSO).replace('SAML:2.0:protocol', 'SAML:1.1:protocol') }),
      /no IDPSSODescriptor/,
    ],
    ['is not there', () => ({ metadata: 'nowhere.xml' }), /metadata of corporate cannot be read/],
    [
      'has no key for signing',
      () => ({ metadata: metadata(keyDescriptor(key, ' use="encryption"') + SSO) }),
      /certificates are missing/,
    ],
    ['has no address to sign in at', () => ({ metadata: metadata(keyDescriptor(key)) }), /ssoUrl is missing/],
    [
      'has one on http',
      () => ({
        metadata: metadata(
          keyDescriptor(key) + service('SingleSignOnService', REDIRECT, 'http://idp.example.com/'),
        ),
      }),
      /must be https/,
    ],
    [
      'wants signed requests, and there is no key for that',
      () => ({ metadata: metadata(keyDescriptor(key) + SSO, ' WantAuthnRequestsSigned="true"') }),
      /wants signed requests/,
    ],
    ['has a weak key', () => ({ metadata: metadata(keyDescriptor(weak) + SSO) }), /RSA keys with 2048 bits/],
  ])('stops the start when it %s', (_what, settings, problem) => {
    const { peer, problems } = read(settings());
    expect(peer).toBeUndefined();
    expect(problems.join('\n')).toMatch(problem);
  });
});

describe('the settings of a provider', () => {
  const whole = () => ({ ssoUrl: 'https://idp.example.com/sso', certificates: [key.certificatePem] });

  it('may be several certificates in one text, and keys of ours', () => {
    const pair = { privateKey: other.privatePem, certificate: other.certificatePem };
    const result = read({
      ...whole(),
      certificates: [key.certificatePem + other.certificatePem],
      signing: pair,
      decryption: pair,
    });
    expect(result.problems).toEqual([]);
    expect(fingerprints(result)).toEqual([fingerprintOf(key), fingerprintOf(other)]);
  });

  it.each<[string, () => object, RegExp]>([
    ['no issuer', () => ({ issuer: undefined }), /issuer/],
    ['no certificate', () => ({ certificates: [] }), /certificates are missing/],
    ['something else for a certificate', () => ({ certificates: ['abc'] }), /must be PEM certificates/],
    [
      'a damaged certificate',
      () => ({ certificates: [key.certificatePem.replace('MII', 'AAA')] }),
      /must be PEM certificates/,
    ],
    [
      'a key that is not of its certificate',
      () => ({ signing: { privateKey: key.privatePem, certificate: other.certificatePem } }),
      /signing.certificate is not of signing.privateKey/,
    ],
    [
      'no key',
      () => ({ decryption: { privateKey: 'abc', certificate: other.certificatePem } }),
      /decryption.privateKey must be a private key/,
    ],
    ['half a pair', () => ({ signing: { privateKey: key.privatePem } }), /certificate/],
    ['an address on http', () => ({ sloUrl: 'http://idp.example.com/slo' }), /must be https/],
    ['a format that names nobody for good', () => ({ nameIdFormat: 'transient' }), /nameIdFormat/],
    [
      'an attribute for nothing',
      () => ({ attributes: { phone: 'x' } }),
      /attributes.phone is not a known setting/,
    ],
    ['a setting to take less', () => ({ wantAssertionsSigned: false }), /not a known setting/],
  ])('are refused with %s', (_what, settings, problem) => {
    const { peer, problems } = read({ ...whole(), ...settings() });
    expect(peer).toBeUndefined();
    expect(problems.join('\n')).toMatch(problem);
    expect(problems.join('\n')).not.toContain('PRIVATE');
  });
});

describe('a certificate', () => {
  it.each([
    [{ from: -10, to: 100 }, []],
    [{ from: -10, to: 10 }, [/runs out in \d+ day/]],
    [{ from: -10, to: -1 }, [/ran out on/]],
    [{ from: 1, to: 10 }, [/is not valid before/]],
  ])('that is valid from and to (in days) %j is warned about accordingly', (days, words) => {
    const warnings = certificateWarnings([new X509Certificate(certifiedKey(days).certificatePem)]);
    expect(warnings).toHaveLength(words.length);
    for (const [index, word] of words.entries()) expect(warnings[index]).toMatch(word);
  });
});
