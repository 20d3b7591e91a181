import { constants } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Request } from 'express';
import { SamlProviderSection } from '../../src/config/identity-providers/index.js';
import type { Assertion } from '../../src/sso/providers/provider.js';
import { RootSignature } from '../../src/sso/saml/root-signature.js';
import { SamlStrategy } from '../../src/sso/saml/saml-strategy.js';
import { samlSettings } from '../../src/sso/saml/settings.js';
import { SignInRejected } from '../../src/sso/sso-failure.js';
import {
  assertionParts,
  assertionXml,
  base64,
  DIGEST,
  encrypted,
  ENVELOPED,
  EXCLUSIVE,
  HERE,
  keyInfoOf,
  OAEP,
  OAEP_SHA256,
  responseXml,
  RSA_1_5,
  SIGN,
  signatureXml,
  signed,
  unsigned,
  type AssertionParts,
  type Parties,
  type ResponseParts,
  type SignOptions,
} from '../support/saml-forge.js';
import { certifiedKey, type CertifiedKey } from '../support/x509.js';

const PUBLIC_URL = 'http://localhost:3000';
const REQUEST = '_request-1';
const PARTIES: Parties = {
  idp: 'https://idp.example.com/metadata',
  sp: `${PUBLIC_URL}/sso/corporate/metadata`,
  acs: `${PUBLIC_URL}/sso/corporate/callback`,
};

let idp: CertifiedKey;
let other: CertifiedKey;
let ours: CertifiedKey;

const section = (more: Partial<SamlProviderSection> = {}): SamlProviderSection =>
  Object.assign(new SamlProviderSection(), {
    id: 'corporate',
    kind: 'saml',
    domains: ['example.com'],
    issuer: PARTIES.idp,
    ssoUrl: 'https://idp.example.com/sso',
    certificates: [idp.certificatePem],
    acceptExpiredCertificates: false,
    nameIdFormat: 'persistent',
    attributes: {},
    decryption: { privateKey: ours.privatePem, certificate: ours.certificatePem },
    ...more,
  });

interface Outcome {
  assertion?: Assertion;
  /** Why there is none. */
  code?: string;
  facts?: Readonly<Record<string, string>>;
}

/** What becomes of an answer to `REQUEST` at the strategy of one provider. */
function answer(response: string, more: Partial<SamlProviderSection> = {}): Promise<Outcome> {
  const settings = samlSettings(section(more), { publicUrl: PUBLIC_URL });
  const strategy = Object.create(new SamlStrategy(settings, new RootSignature(settings))) as SamlStrategy;
  const session = {
    state: 's',
    until: 0,
    keep: () => undefined,
    saml: { id: REQUEST, at: Date.now() },
  };
  const req = { session, query: {}, body: { SAMLResponse: base64(response) }, headers: {} };
  return new Promise((resolve, reject) => {
    strategy.success = (assertion) => resolve({ assertion: assertion as Assertion });
    strategy.error = (error) =>
      error instanceof SignInRejected ? resolve({ code: error.code, facts: error.facts }) : reject(error);
    strategy.authenticate(req as unknown as Request as never);
  });
}

const refusal = async (...given: Parameters<typeof answer>): Promise<string | undefined> => {
  const outcome = await answer(...given);
  expect(outcome.assertion).toBeUndefined();
  return outcome.code;
};

const parts = (more: Partial<AssertionParts> = {}): AssertionParts => ({
  ...assertionParts(PARTIES, REQUEST),
  ...more,
});

const by = (id: string, more: Partial<SignOptions> = {}): SignOptions => ({
  key: idp.privateKey,
  id,
  ...more,
});

/** An assertion signed by the provider. */
function genuine(more: Partial<AssertionParts> = {}, how: Partial<SignOptions> = {}): string {
  const said = parts(more);
  return signed(assertionXml(said), by(said.id, how));
}

const around = (content: string, more: ResponseParts = {}): string =>
  unsigned(responseXml(PARTIES, REQUEST, content, more));

/** The same with a signature of the provider over all of it. */
const signedAround = (content: string, how: Partial<SignOptions> = {}): string =>
  signed(responseXml(PARTIES, REQUEST, content), by('_response', how));

/** An assertion that nobody signed and that names somebody else. */
const evil = (id = '_evil'): string => unsigned(assertionXml(parts({ id, nameId: 'mallory' })));

beforeAll(() => {
  [idp, other, ours] = [certifiedKey(), certifiedKey(), certifiedKey()];
});

describe('an assertion of the provider', () => {
  it('says who it is, how they signed in, and everything else about them', async () => {
    const { assertion, code } = await answer(
      around(
        genuine({
          attributes: {
            email: ['alice@example.com'],
            displayName: ['Alice &lt;A&gt;'],
            groups: ['admins', 'staff'],
            __proto__x: ['harmless'],
          },
        }),
      ),
    );
    expect(code).toBeUndefined();
    expect(assertion).toEqual({
      identity: {
        provider: 'corporate',
        issuer: PARTIES.idp,
        subject: 'alice',
        email: 'alice@example.com',
      },
      emailVerified: true,
      name: 'Alice <A>',
      amr: ['pwd'],
      claims: {
        email: 'alice@example.com',
        displayName: 'Alice <A>',
        groups: ['admins', 'staff'],
        __proto__x: 'harmless',
      },
      authTime: expect.any(Date),
      session: 's-1',
      once: {
        id: expect.stringMatching(/^https:\/\/idp.example.com\/metadata _[0-9a-f]{32}$/),
        until: expect.any(Number),
      },
    });
  });

  it.each([
    ['SHA-512', { method: SIGN.sha512, digest: DIGEST.sha512 }],
    ['a certificate of its own in the signature', { keyInfo: '<ds:KeyInfo></ds:KeyInfo>' }],
  ])('may be signed with %s', async (_what, how) => {
    expect((await answer(around(genuine({}, how)))).assertion?.identity.subject).toBe('alice');
  });

  it('may be in a response that is signed as well', async () => {
    expect((await answer(signedAround(genuine()))).assertion?.identity.subject).toBe('alice');
  });

  it.each([
    ['RSA-OAEP with SHA-1 and AES-256-GCM', {}],
    ['AES-128-GCM', { cipher: 'aes-128-gcm' }],
    ['RSA-OAEP with SHA-256', { keyMethod: OAEP, keyDetails: OAEP_SHA256, oaepHash: 'sha256' }],
  ] as const)('may be encrypted with %s, in a signed response too', async (_what, how) => {
    const hidden = encrypted(genuine(), ours.certificatePem, how);
    expect((await answer(around(hidden))).assertion?.identity.subject).toBe('alice');
    expect((await answer(signedAround(hidden))).assertion?.identity.subject).toBe('alice');
  });

  it('may be signed with any of the certificates that are configured', async () => {
    const certificates = [other.certificatePem, idp.certificatePem];
    const { assertion } = await answer(around(genuine()), { certificates });
    expect(assertion?.identity.subject).toBe('alice');
  });

  it.each([
    ['urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken', ['otp']],
    ['https://refeds.org/profile/mfa', ['mfa']],
    ['urn:example:something', ['fed']],
    ['constructor', ['fed']],
  ])('that names %s as the way to sign in is worth %j', async (classRef, amr) => {
    const authnStatement = parts().authnStatement.replace(/(ClassRef>)[^<]*/, `$1${classRef}`);
    expect((await answer(around(genuine({ authnStatement })))).assertion?.amr).toEqual(amr);
  });
});

describe('a signature that is missing or worth nothing (S-138)', () => {
  it.each<[string, () => string, string]>([
    ['there is none', () => around(unsigned(assertionXml(parts()))), 'assertion_unsigned'],
    [
      'only the response is signed',
      () => signedAround(unsigned(assertionXml(parts()))),
      'assertion_unsigned',
    ],
    [
      'it is by a key that only the signature names',
      () => around(genuine({}, { key: other.privateKey, keyInfo: keyInfoOf(other.certificatePem) })),
      'assertion_signature_invalid',
    ],
    [
      'what was signed was changed',
      () => around(genuine().replace('>alice<', '>mallory<')),
      'assertion_signature_invalid',
    ],
    ['it is by SHA-1', () => around(genuine({}, { method: SIGN.sha1 })), 'signature_algorithm'],
    [
      'its digest is by SHA-1',
      () => around(genuine({}, { digest: DIGEST.sha1 })),
      'signature_digest_algorithm',
    ],
    [
      'it is an HMAC under the certificate',
      () => around(genuine({}, { method: SIGN.hmac, key: Buffer.from(idp.certificatePem) })),
      'signature_algorithm',
    ],
    [
      'it is an HMAC by SHA-256',
      () => around(genuine({}, { method: SIGN.hmac256, key: Buffer.from(idp.certificatePem) })),
      'signature_algorithm',
    ],
    [
      'it canonicalizes with comments',
      () => around(genuine({}, { canonicalization: `${EXCLUSIVE}WithComments` })),
      'signature_canonicalization',
    ],
    [
      'the one of the response is not true',
      () => signedAround(genuine(), { key: other.privateKey }),
      'response_signature_invalid',
    ],
    [
      'the response was changed after it was signed',
      () => signedAround(genuine()).replace(/IssueInstant="[^"]*"/, 'IssueInstant="2020-01-01T00:00:00Z"'),
      'response_signature_invalid',
    ],
  ])('is refused: %s', async (_why, response, code) => {
    expect(await refusal(response())).toBe(code);
  });

  it.each([
    ['ran out', { from: -10, to: -1 }],
    ['is not valid yet', { from: 1, to: 10 }],
  ])('is refused when the configured certificate %s, unless that is wanted', async (_what, days) => {
    const late = certifiedKey(days);
    const response = around(genuine({}, { key: late.privateKey }));
    const certificates = [late.certificatePem];
    expect(await refusal(response, { certificates })).toBe('certificate_expired');
    const { assertion } = await answer(response, { certificates, acceptExpiredCertificates: true });
    expect(assertion?.identity.subject).toBe('alice');
    // The other one is still good, but it is not what signed this.
    expect(await refusal(response, { certificates: [...certificates, idp.certificatePem] })).toBe(
      'assertion_signature_invalid',
    );
  });

  it.each<[string, () => string, string]>([
    [
      'by CBC',
      () => encrypted(genuine(), ours.certificatePem, { cipher: 'aes-256-cbc' }),
      'encryption_algorithm',
    ],
    [
      'with a key that PKCS #1 v1.5 wraps',
      () =>
        encrypted(genuine(), ours.certificatePem, {
          keyMethod: RSA_1_5,
          padding: constants.RSA_PKCS1_PADDING,
        }),
      'encryption_algorithm',
    ],
    ['for somebody else', () => encrypted(genuine(), other.certificatePem), 'decryption_failed'],
    [
      'without a signature inside',
      () => encrypted(unsigned(assertionXml(parts())), ours.certificatePem),
      'assertion_unsigned',
    ],
    [
      'with a document type inside',
      () => encrypted(`<!DOCTYPE a [<!ENTITY b "c">]>${genuine()}`, ours.certificatePem),
      'xml_doctype',
    ],
    [
      'with something else inside',
      () =>
        encrypted('<saml:Advice xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"/>', ours.certificatePem),
      'encryption_malformed',
    ],
    [
      'with an assertion inside that is encrypted again',
      () => encrypted(encrypted(genuine(), ours.certificatePem), ours.certificatePem),
      'encryption_malformed',
    ],
  ])('is refused: encrypted %s', async (_what, hidden, code) => {
    expect(await refusal(around(hidden()))).toBe(code);
  });

  it('is refused: encrypted, and there is no key to open it', async () => {
    const response = around(encrypted(genuine(), ours.certificatePem));
    expect(await refusal(response, { decryption: undefined } as never)).toBe('assertion_encrypted');
  });
});

describe('a signature that is wrapped (XSW)', () => {
  /** The signed assertion, its signature alone, and it without. */
  function pieces() {
    const said = parts({ id: '_genuine' });
    const xml = assertionXml(said);
    const signature = signatureXml(xml, by('_genuine'));
    return { whole: xml.replace(HERE, signature), bare: unsigned(xml), signature };
  }
  const inEvil = (content: string): string => evil().replace('</saml:Issuer>', `</saml:Issuer>${content}`);
  const responseSigned = (): { response: string; signature: string } => {
    const xml = responseXml(PARTIES, REQUEST, pieces().whole);
    return { response: unsigned(xml), signature: signatureXml(xml, by('_response')) };
  };
  const evilResponse = (content: string): string =>
    unsigned(responseXml(PARTIES, REQUEST, evil(), { id: '_evil-response' })).replace(
      '</saml:Issuer>',
      `</saml:Issuer>${content}`,
    );

  it.each<[string, () => string]>([
    [
      'XSW1: the response in the signature of its copy',
      () => {
        const { response, signature } = responseSigned();
        return evilResponse(signature.replace('</ds:Signature>', `${response}</ds:Signature>`));
      },
    ],
    [
      'XSW2: the response before its detached signature',
      () => {
        const { response, signature } = responseSigned();
        return evilResponse(response + signature);
      },
    ],
    ['XSW3: a copy before the assertion', () => around(evil() + pieces().whole)],
    [
      'XSW4: the assertion in its copy',
      () => around(evil().replace('</saml:Assertion>', `${pieces().whole}</saml:Assertion>`)),
    ],
    [
      'XSW5: the signature in the copy, the assertion at the end',
      () => around(inEvil(pieces().signature) + pieces().bare),
    ],
    [
      'XSW6: the assertion in the signature of its copy',
      () => {
        const { bare, signature } = pieces();
        return around(inEvil(signature.replace('</ds:Signature>', `${bare}</ds:Signature>`)));
      },
    ],
    [
      'XSW7: the copy in Extensions',
      () =>
        around(
          `<samlp:Extensions xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">${evil('_genuine')}</samlp:Extensions>${pieces().whole}`,
        ),
    ],
    [
      'XSW8: the assertion in an Object of the signature of its copy',
      () => {
        const { bare, signature } = pieces();
        return around(
          inEvil(signature.replace('</ds:Signature>', `<ds:Object>${bare}</ds:Object></ds:Signature>`)),
        );
      },
    ],
    [
      'the copy in an attribute of the assertion',
      () => around(genuine({ attributes: { email: [`x${evil()}`] } })),
    ],
    [
      'the copy in a namespace of its own',
      () => around(`${pieces().whole}<Assertion xmlns="urn:x" ID="_x"/>`),
    ],
    ['two assertions, both signed', () => around(genuine() + genuine({ nameId: 'bob' }))],
    [
      'an assertion beside an encrypted one',
      () => around(pieces().whole + encrypted(genuine(), ours.certificatePem)),
    ],
  ])('is refused: %s', async (_name, response) => {
    expect(await refusal(response())).toMatch(
      /^(?:assertion_multiple|assertion_misplaced|signature_malformed|signature_reference_elsewhere)$/,
    );
  });

  it.each<[string, () => string, string]>([
    [
      'it refers to something else in the document',
      () => {
        const { signature } = pieces();
        return around(evil('_other').replace('</saml:Issuer>', `</saml:Issuer>${signature}`));
      },
      'signature_reference_elsewhere',
    ],
    [
      'it refers to the whole document',
      () => around(genuine().replace(/URI="#[^"]*"/, 'URI=""')),
      'signature_reference_elsewhere',
    ],
    ['two elements have the ID', () => around(genuine({ id: '_response' })), 'duplicate_id'],
    [
      'two elements have the ID, spelled otherwise',
      () => around(genuine({ id: '_twice' })).replace('<samlp:Status>', '<samlp:Status Id="_twice">'),
      'duplicate_id',
    ],
    [
      'the assertion has two',
      () => {
        const { whole, signature } = pieces();
        return around(whole.replace('<saml:Subject>', `${signature}<saml:Subject>`));
      },
      'signature_multiple',
    ],
    [
      'a second SignedInfo stands in it (CVE-2025-29774)',
      () => around(genuine().replace(/(<ds:SignedInfo.*<\/ds:SignedInfo>)/, '$1$1')),
      'signature_malformed',
    ],
    [
      'a second SignedInfo stands in its KeyInfo',
      () => {
        const xml = genuine({}, { keyInfo: '<ds:KeyInfo></ds:KeyInfo>' });
        const [info] = /<ds:SignedInfo.*<\/ds:SignedInfo>/.exec(xml)!;
        return around(xml.replace('<ds:KeyInfo>', `<ds:KeyInfo>${info}`));
      },
      'signature_misplaced',
    ],
    [
      'another signature method stands in its KeyInfo',
      () =>
        around(
          genuine(
            {},
            {
              keyInfo: `<ds:KeyInfo><ds:SignatureMethod Algorithm="${SIGN.sha1}"></ds:SignatureMethod></ds:KeyInfo>`,
            },
          ),
        ),
      'signature_misplaced',
    ],
    [
      'a comment hides in its digest (CVE-2025-29775)',
      () => around(genuine({}, { digestValue: (value) => `<!--${value}-->${value}` })),
      'xml_comment',
    ],
    [
      'its digest has an element in it',
      () => around(genuine({}, { digestValue: (value) => `${value}<ds:X></ds:X>` })),
      'signature_malformed',
    ],
    [
      'it transforms by XSLT',
      () =>
        around(
          genuine(
            {},
            {
              transforms: `<ds:Transform Algorithm="${ENVELOPED}"></ds:Transform><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>`,
            },
          ),
        ),
      'signature_transforms',
    ],
    [
      'it transforms by XPath',
      () =>
        around(
          genuine(
            {},
            {
              transforms:
                '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>//*</ds:XPath></ds:Transform>',
            },
          ),
        ),
      'signature_transforms',
    ],
    [
      'it does not leave itself out',
      () => around(genuine({}, { transforms: `<ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform>` })),
      'signature_transforms',
    ],
    [
      'it has an Object',
      () => around(genuine({}, { extra: '<ds:Object></ds:Object>' })),
      'signature_malformed',
    ],
    [
      'it has an Object besides a KeyInfo',
      () => around(genuine({}, { keyInfo: '<ds:KeyInfo></ds:KeyInfo>', extra: '<ds:Object></ds:Object>' })),
      'signature_malformed',
    ],
    [
      'one stands somewhere else besides',
      () =>
        around(genuine()).replace(
          '<samlp:Status>',
          `<samlp:Status><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>`,
        ),
      'signature_misplaced',
    ],
    [
      'the ID could be read as an expression',
      () => around(genuine({ id: "a' or 'b" })),
      'signature_reference_elsewhere',
    ],
  ])('is refused: %s', async (_why, response, code) => {
    expect(await refusal(response())).toBe(code);
  });
});

describe('a document that parsers read differently, or at great cost (S-139)', () => {
  const deep = (levels: number): string => '<a>'.repeat(levels) + '</a>'.repeat(levels);

  it.each<[string, () => string, string]>([
    ['a comment cuts a name short', () => around(genuine({ nameId: 'admin<!-- -->.evil' })), 'xml_comment'],
    ['CDATA in a name', () => around(genuine({ nameId: '<![CDATA[admin]]>.evil' })), 'xml_cdata'],
    [
      'a processing instruction in a name',
      () => around(genuine({ nameId: 'admin<?x y?>.evil' })),
      'xml_instruction',
    ],
    [
      'an element in a name',
      () => around(genuine({ nameId: 'admin<saml:x></saml:x>.evil' })),
      'nameid_malformed',
    ],
    [
      'an external entity (file)',
      () => `<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>${around(genuine({ nameId: '&x;' }))}`,
      'xml_doctype',
    ],
    [
      'an external entity (http) by parameter',
      () => `<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/"> %x;]>${around(genuine())}`,
      'xml_doctype',
    ],
    [
      'a billion laughs',
      () =>
        `<!DOCTYPE r [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, n) => `<!ENTITY ${'bcdefghij'[n]} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]>${around(genuine({ nameId: '&j;' }))}`,
      'xml_doctype',
    ],
    [
      'a document type after the declaration',
      () => `<?xml version="1.0"?>\n<!DOCTYPE r>${around(genuine())}`,
      'xml_doctype',
    ],
    ['an entity nobody declared', () => around(genuine({ nameId: '&admin;' })), 'xml_malformed'],
    ['a reference to no character', () => around(genuine({ nameId: '&#0;' })), 'xml_malformed'],
    ['a reference to half a character', () => around(genuine({ nameId: '&#xd800;' })), 'xml_malformed'],
    ['a control character', () => around(genuine({ nameId: 'a\u0000b' })), 'xml_malformed'],
    ['a line end of XML 1.1', () => around(genuine({ nameId: 'a\u0085b' })), 'xml_malformed'],
    ['XML 1.1', () => `<?xml version="1.1"?>${around(genuine())}`, 'xml_instruction'],
    [
      'another encoding',
      () => `<?xml version="1.0" encoding="utf-7"?>${around(genuine())}`,
      'xml_instruction',
    ],
    ['a prefix nobody declared', () => around(`<x:a/>${genuine()}`), 'xml_malformed'],
    [
      'an attribute twice',
      () => around(genuine()).replace('Version="2.0"', 'Version="2.0" Version="2.0"'),
      'xml_malformed',
    ],
    [
      'an attribute twice by two prefixes',
      () =>
        around(genuine()).replace(
          '<samlp:Status>',
          '<samlp:Status xmlns:a="urn:a" xmlns:b="urn:a" a:c="1" b:c="2">',
        ),
      'xml_malformed',
    ],
    [
      'a tab in an attribute',
      () => around(genuine()).replace('Version="2.0"', 'Version="2.0\t"'),
      'xml_malformed',
    ],
    ['two roots', () => around(genuine()) + around(genuine()), 'xml_malformed'],
    ['text after the end', () => `${around(genuine())}x`, 'xml_malformed'],
    [
      'an end that does not fit',
      () => around(genuine()).replace('</samlp:Response>', '</samlp:response>'),
      'xml_malformed',
    ],
    ['no end', () => around(genuine()).replace('</samlp:Response>', ''), 'xml_malformed'],
    ['a rebound xmlns prefix', () => around('<a xmlns:xml="urn:x"/>' + genuine()), 'xml_malformed'],
    ['a depth of 10^4', () => around(deep(10_000) + genuine()), 'xml_too_deep'],
    ['10^4 elements', () => around('<a/>'.repeat(10_000) + genuine()), 'xml_too_many_elements'],
    ['300 KB', () => around(`<a b="${'x'.repeat(300_000)}"/>${genuine()}`), 'xml_too_large'],
    [
      '10^4 references',
      () => around(genuine({}, { references: '<ds:Reference URI="#a"></ds:Reference>'.repeat(3_000) })),
      'xml_too_many_elements',
    ],
    [
      '1000 references',
      () => around(genuine({}, { references: '<ds:Reference URI="#a"></ds:Reference>'.repeat(1_000) })),
      'signature_references',
    ],
    [
      '1000 transforms',
      () =>
        around(
          genuine({}, { transforms: `<ds:Transform Algorithm="${EXCLUSIVE}"></ds:Transform>`.repeat(1_000) }),
        ),
      'signature_transforms',
    ],
    ['no XML at all', () => 'SAMLResponse', 'xml_malformed'],
    ['nothing', () => ' ', 'xml_malformed'],
    [
      'another message',
      () => around(genuine()).replaceAll('samlp:Response', 'samlp:LogoutResponse'),
      'response_missing',
    ],
    [
      'another namespace',
      () => around(genuine()).replaceAll('SAML:2.0:protocol', 'SAML:1.1:protocol'),
      'response_missing',
    ],
  ])('is refused: %s', async (_what, response, code) => {
    const text = response();
    const before = performance.now();
    expect(await refusal(text)).toBe(code);
    expect(performance.now() - before).toBeLessThan(1_000);
  });

  it('is not one for white space, line ends of Windows, references and attributes in apostrophes', async () => {
    const response = `\ufeff<?xml version='1.0' encoding='UTF-8'?>\r\n${around(genuine({ nameId: 'ali&#99;e' }, {}))}\r\n`;
    expect(await refusal(response)).toBe('assertion_signature_invalid');
    const plain = `\ufeff<?xml version='1.0' encoding='UTF-8'?>\r\n${around(genuine()).replace('Version="2.0"', "Version='2.0'\n")}\r\n`;
    expect((await answer(plain)).assertion?.identity.subject).toBe('alice');
  });
});

describe('an assertion that is not for us, not now, or not about this request', () => {
  const said = () => parts();
  it.each<[string, () => Partial<AssertionParts>, string]>([
    ['another issuer', () => ({ issuer: 'https://evil.test' }), 'issuer_mismatch'],
    ['no issuer', () => ({ issuer: null }), 'issuer_mismatch'],
    [
      'another audience',
      () => ({ conditions: said().conditions.replace(PARTIES.sp, 'https://other.test') }),
      'audience_mismatch',
    ],
    [
      'an audience that begins like ours',
      () => ({ conditions: said().conditions.replace(PARTIES.sp, `${PARTIES.sp}2`) }),
      'audience_mismatch',
    ],
    [
      'two restrictions of which one is not ours',
      () => ({
        conditions: said().conditions.replace(
          '</saml:Conditions>',
          '<saml:AudienceRestriction><saml:Audience>https://other.test</saml:Audience></saml:AudienceRestriction></saml:Conditions>',
        ),
      }),
      'audience_mismatch',
    ],
    [
      'no audience',
      () => ({ conditions: said().conditions.replace(/<saml:AudienceR.*AudienceRestriction>/, '') }),
      'audience_missing',
    ],
    ['no conditions', () => ({ conditions: '' }), 'assertion_malformed'],
    [
      'a condition nobody here knows',
      () => ({
        conditions: said().conditions.replace(
          '</saml:Conditions>',
          '<saml:Condition></saml:Condition></saml:Conditions>',
        ),
      }),
      'condition_unknown',
    ],
    [
      'conditions of the past',
      () => ({
        conditions: said().conditions.replace(/NotOnOrAfter="[^"]*"/, 'NotOnOrAfter="2020-01-01T00:00:00Z"'),
      }),
      'assertion_expired',
    ],
    [
      'conditions of the future',
      () => ({
        conditions: said().conditions.replace(/NotBefore="[^"]*"/, 'NotBefore="2099-01-01T00:00:00Z"'),
      }),
      'assertion_not_yet_valid',
    ],
    [
      'a time without a zone',
      () => ({ conditions: said().conditions.replace(/NotBefore="([^"]*)Z"/, 'NotBefore="$1"') }),
      'time_malformed',
    ],
    [
      'another recipient',
      () => ({ confirmation: said().confirmation!.replace(PARTIES.acs, 'https://other.test/acs') }),
      'recipient_mismatch',
    ],
    [
      'no recipient',
      () => ({ confirmation: said().confirmation!.replace(/ Recipient="[^"]*"/, '') }),
      'recipient_mismatch',
    ],
    [
      'another request',
      () => ({ confirmation: said().confirmation!.replace(REQUEST, '_another') }),
      'in_response_to_mismatch',
    ],
    [
      'no request',
      () => ({ confirmation: said().confirmation!.replace(/InResponseTo="[^"]*" /, '') }),
      'response_unsolicited',
    ],
    [
      'no end',
      () => ({ confirmation: said().confirmation!.replace(/NotOnOrAfter="[^"]*" /, '') }),
      'time_malformed',
    ],
    [
      'an end of the past',
      () => ({
        confirmation: said().confirmation!.replace(
          /NotOnOrAfter="[^"]*"/,
          'NotOnOrAfter="2020-01-01T00:00:00Z"',
        ),
      }),
      'assertion_expired',
    ],
    ['no confirmation', () => ({ confirmation: null }), 'confirmation_missing'],
    [
      'a confirmation by another method',
      () => ({ method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }),
      'confirmation_missing',
    ],
    ['no subject', () => ({ subject: '<saml:Extra></saml:Extra>' }), 'subject_missing'],
    ['no sign-in', () => ({ authnStatement: '' }), 'authn_statement_missing'],
    [
      'a session that is over',
      () => ({
        authnStatement: said().authnStatement.replace(
          'SessionIndex="s-1"',
          'SessionIndex="s-1" SessionNotOnOrAfter="2020-01-01T00:00:00Z"',
        ),
      }),
      'session_expired',
    ],
    ['SAML 1.1', () => ({ version: '1.1' }), 'assertion_malformed'],
    ['issued in the future', () => ({ issuedAt: '2099-01-01T00:00:00Z' }), 'assertion_not_yet_valid'],
    [
      'a name of another format',
      () => ({ nameIdAttributes: 'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"' }),
      'nameid_format_mismatch',
    ],
    ['a name without a format', () => ({ nameIdAttributes: '' }), 'nameid_format_mismatch'],
    [
      'a name of the moment',
      () => ({ nameIdAttributes: 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"' }),
      'nameid_format_mismatch',
    ],
    [
      'a name that another provider gave',
      () => ({ nameIdAttributes: `${said().nameIdAttributes} NameQualifier="https://other.test"` }),
      'nameid_qualifier_mismatch',
    ],
    [
      'a name for another service',
      () => ({ nameIdAttributes: `${said().nameIdAttributes} SPNameQualifier="https://other.test"` }),
      'nameid_qualifier_mismatch',
    ],
    ['an empty name', () => ({ nameId: ' ' }), 'nameid_malformed'],
    ['an endless name', () => ({ nameId: 'x'.repeat(5_000) }), 'nameid_malformed'],
  ])('is refused: %s', async (_what, more, code) => {
    expect(await refusal(around(genuine(more())))).toBe(code);
  });

  it.each<[string, () => ResponseParts, string, object]>([
    [
      'meant for another place',
      () => ({
        attributes: `Destination="https://other.test" ID="_r" InResponseTo="${REQUEST}" Version="2.0"`,
      }),
      'destination_mismatch',
      {},
    ],
    [
      'about another request',
      () => ({ attributes: 'ID="_r" InResponseTo="_another" Version="2.0"' }),
      'in_response_to_mismatch',
      {},
    ],
    ['that nobody asked for', () => ({ attributes: 'ID="_r" Version="2.0"' }), 'response_unsolicited', {}],
    [
      'of another version',
      () => ({ attributes: `ID="_r" InResponseTo="${REQUEST}" Version="1.1"` }),
      'response_version',
      {},
    ],
    ['by another issuer', () => ({ issuer: 'https://evil.test' }), 'issuer_mismatch', {}],
    [
      'that says no',
      () => ({
        status:
          '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>',
      }),
      'provider_refused',
      { error: 'Responder', detail: 'AuthnFailed' },
    ],
    [
      'that says no in words of its own',
      () => ({ status: '<samlp:StatusCode Value="&lt;b&gt;no"/>' }),
      'provider_refused',
      {},
    ],
  ])('is refused: in a response %s', async (_what, more, code, facts) => {
    const outcome = await answer(around(genuine(), more()));
    expect([outcome.code, outcome.assertion]).toEqual([code, undefined]);
    expect(outcome.facts).toEqual(facts);
  });

  it('is refused: in a signed response that does not say where it is meant to go', async () => {
    const xml = responseXml(PARTIES, REQUEST, genuine(), {
      attributes: `ID="_r" InResponseTo="${REQUEST}" Version="2.0"`,
    });
    expect(await refusal(signed(xml, by('_r')))).toBe('destination_mismatch');
  });

  it('is refused: without an assertion', async () => {
    expect(await refusal(around(''))).toBe('assertion_missing');
  });
});

describe('how a provider names people', () => {
  it('is by an attribute where that is configured, whatever the NameID is', async () => {
    const nameIdAttributes = 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient"';
    const attributes = { uid: ['u-17'], mail: ['a@example.com'] };
    const known = await answer(around(genuine({ nameIdAttributes, attributes })), {
      attributes: { subject: 'uid' },
    });
    expect(known.assertion?.identity).toMatchObject({ subject: 'u-17', email: 'a@example.com' });
    for (const uid of [[], ['a', 'b'], [''], ['x'.repeat(300)]]) {
      const response = around(genuine({ nameIdAttributes, attributes: { uid } }));
      expect(await refusal(response, { attributes: { subject: 'uid' } })).toBe('subject_attribute_missing');
    }
  });

  it('is by an address where that is configured, which then is the address', async () => {
    const nameIdAttributes = 'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"';
    const response = around(genuine({ nameIdAttributes, nameId: 'al@example.com', attributes: {} }));
    const { assertion } = await answer(response, { nameIdFormat: 'emailAddress' });
    expect(assertion?.identity).toMatchObject({ subject: 'al@example.com', email: 'al@example.com' });
  });

  it('is by what it calls its attributes', async () => {
    const attributes = {
      'urn:x:mail': ['a@example.com'],
      'urn:x:cn': ['Al'],
      'urn:x:member': ['one'],
      mail: ['no@example.com'],
    };
    const mapping = { email: 'urn:x:mail', name: 'urn:x:cn', groups: 'urn:x:member' };
    const { assertion } = await answer(around(genuine({ attributes })), { attributes: mapping });
    expect(assertion).toMatchObject({
      identity: { email: 'a@example.com' },
      name: 'Al',
      claims: { groups: ['one'] },
    });
    const without = await answer(around(genuine({ attributes: { mail: ['no@example.com'] } })), {
      attributes: mapping,
    });
    expect(without.assertion?.identity.email).toBeUndefined();
    expect(without.assertion?.claims['groups']).toEqual([]);
  });

  it('is no address when it is none', async () => {
    for (const email of ['nobody', 'a@b@c', `${'x'.repeat(400)}@example.com`]) {
      const { assertion } = await answer(around(genuine({ attributes: { email: [email] } })));
      expect([assertion?.identity.email, assertion?.emailVerified]).toEqual([undefined, false]);
    }
  });
});
