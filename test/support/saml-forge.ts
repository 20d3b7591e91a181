import {
  constants,
  createCipheriv,
  createHash,
  createHmac,
  publicEncrypt,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto';

const DSIG = 'http://www.w3.org/2000/09/xmldsig#';
const MORE = 'http://www.w3.org/2001/04/xmldsig-more#';
const XENC = 'http://www.w3.org/2001/04/xmlenc#';
const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

export const SIGN = {
  sha256: `${MORE}rsa-sha256`,
  sha512: `${MORE}rsa-sha512`,
  sha1: `${DSIG}rsa-sha1`,
  hmac: `${DSIG}hmac-sha1`,
  hmac256: `${MORE}hmac-sha256`,
} as const;
export const DIGEST = { sha256: `${XENC}sha256`, sha512: `${XENC}sha512`, sha1: `${DSIG}sha1` } as const;
export const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const ENVELOPED = `${DSIG}enveloped-signature`;
/** Where in a document its signature goes. */
export const HERE = '<!-- the signature -->';

/** Both parties of the forgeries. */
export interface Parties {
  idp: string;
  sp: string;
  acs: string;
}

const soon = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();

/** What an assertion says; every part of it can be said otherwise, or left out by `null`. */
export function assertionParts(parties: Parties, requestId: string) {
  return {
    id: `_${randomBytes(16).toString('hex')}`,
    version: '2.0' as string,
    issuedAt: soon(0),
    issuer: parties.idp as string | null,
    nameId: 'alice' as string,
    nameIdAttributes: 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"' as string,
    subject: null as string | null,
    confirmation: `InResponseTo="${requestId}" NotOnOrAfter="${soon(300)}" Recipient="${parties.acs}"` as
      string | null,
    method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' as string,
    conditions: `<saml:Conditions NotBefore="${soon(-10)}" NotOnOrAfter="${soon(300)}"><saml:AudienceRestriction><saml:Audience>${parties.sp}</saml:Audience></saml:AudienceRestriction></saml:Conditions>`,
    authnStatement: `<saml:AuthnStatement AuthnInstant="${soon(-5)}" SessionIndex="s-1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>`,
    attributes: { email: ['alice@example.com'] } as Record<string, string[]>,
  };
}
export type AssertionParts = ReturnType<typeof assertionParts>;

/** An assertion in its canonical form (exclusive C14N), so that it can be signed as it stands. */
export function assertionXml(parts: AssertionParts): string {
  const confirmation =
    parts.confirmation === null
      ? ''
      : `<saml:SubjectConfirmation Method="${parts.method}"><saml:SubjectConfirmationData ${parts.confirmation}></saml:SubjectConfirmationData></saml:SubjectConfirmation>`;
  const subject =
    parts.subject ??
    `<saml:Subject><saml:NameID${parts.nameIdAttributes && ` ${parts.nameIdAttributes}`}>${parts.nameId}</saml:NameID>${confirmation}</saml:Subject>`;
  const attributes = Object.entries(parts.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`,
  );
  const issuer = parts.issuer === null ? '' : `<saml:Issuer>${parts.issuer}</saml:Issuer>`;
  return [
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${parts.id}" IssueInstant="${parts.issuedAt}" Version="${parts.version}">`,
    `${issuer}${HERE}${subject}${parts.conditions}${parts.authnStatement}`,
    attributes.length > 0 ? `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>` : '',
    '</saml:Assertion>',
  ].join('');
}

export interface SignOptions {
  /** A secret makes an HMAC. */
  key: KeyObject | Buffer;
  id: string;
  method?: string;
  digest?: string;
  canonicalization?: string;
  transforms?: string;
  references?: string;
  keyInfo?: string;
  /** Put into the signature beside what belongs there. */
  extra?: string;
  digestValue?: (value: string) => string;
}

const transform = (algorithm: string): string => `<ds:Transform Algorithm="${algorithm}"></ds:Transform>`;

/** The signature over a document in canonical form, and what is signed in it. */
export function signatureXml(document: string, options: SignOptions): string {
  const { digest = DIGEST.sha256, method = SIGN.sha256 } = options;
  const hash = digest === DIGEST.sha1 ? 'sha1' : digest === DIGEST.sha512 ? 'sha512' : 'sha256';
  const value = createHash(hash).update(document.replace(HERE, '')).digest('base64');
  const references =
    options.references ??
    [
      `<ds:Reference URI="#${options.id}"><ds:Transforms>`,
      options.transforms ?? transform(ENVELOPED) + transform(EXCLUSIVE),
      `</ds:Transforms><ds:DigestMethod Algorithm="${digest}"></ds:DigestMethod>`,
      `<ds:DigestValue>${(options.digestValue ?? String)(value)}</ds:DigestValue></ds:Reference>`,
    ].join('');
  const info = [
    '<ds:SignedInfo>',
    `<ds:CanonicalizationMethod Algorithm="${options.canonicalization ?? EXCLUSIVE}"></ds:CanonicalizationMethod>`,
    `<ds:SignatureMethod Algorithm="${method}"></ds:SignatureMethod>${references}</ds:SignedInfo>`,
  ].join('');
  // By itself it declares its prefix, in its place the signature does.
  const canonical = info
    .replace('<ds:SignedInfo>', `<ds:SignedInfo xmlns:ds="${DSIG}">`)
    .replace(/<!--.*?-->/g, '');
  const proof = prove(canonical, method, options.key);
  return [
    `<ds:Signature xmlns:ds="${DSIG}">${info}<ds:SignatureValue>${proof}</ds:SignatureValue>`,
    `${options.keyInfo ?? ''}${options.extra ?? ''}</ds:Signature>`,
  ].join('');
}

function prove(text: string, method: string, key: KeyObject | Buffer): string {
  if (Buffer.isBuffer(key))
    return createHmac(method === SIGN.hmac ? 'sha1' : 'sha256', key)
      .update(text)
      .digest('base64');
  const hash = method === SIGN.sha1 ? 'sha1' : method === SIGN.sha512 ? 'sha512' : 'sha256';
  return sign(hash, Buffer.from(text), key).toString('base64');
}

export const signed = (document: string, options: SignOptions): string =>
  document.replace(HERE, () => signatureXml(document, options));

/** A certificate as a signature carries it. */
export const keyInfoOf = (pem: string): string =>
  `<ds:KeyInfo><ds:X509Data><ds:X509Certificate>${new X509Certificate(pem).raw.toString('base64')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>`;

export interface ResponseParts {
  id?: string;
  attributes?: string;
  issuer?: string;
  status?: string;
}

const OK = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"></samlp:StatusCode>';

/** A response in its canonical form around whatever it holds. */
export function responseXml(
  parties: Parties,
  requestId: string,
  content: string,
  parts: ResponseParts = {},
): string {
  const { id = '_response', issuer = parties.idp, status = OK } = parts;
  const attributes =
    parts.attributes ??
    `Destination="${parties.acs}" ID="${id}" InResponseTo="${requestId}" IssueInstant="${soon(0)}" Version="2.0"`;
  return [
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ${attributes}>`,
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</saml:Issuer>${HERE}`,
    `<samlp:Status>${status}</samlp:Status>${content}</samlp:Response>`,
  ].join('');
}

/** Without a signature of its own. */
export const unsigned = (document: string): string => document.replace(HERE, '');

export interface EncryptOptions {
  cipher?: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-256-cbc';
  keyMethod?: string;
  /** Inside the key's EncryptionMethod. */
  keyDetails?: string;
  oaepHash?: string;
  padding?: number;
}

const CIPHER_URIS = {
  'aes-128-gcm': `${XENC11}aes128-gcm`,
  'aes-256-gcm': `${XENC11}aes256-gcm`,
  'aes-256-cbc': `${XENC}aes256-cbc`,
} as const;
export const OAEP_MGF1 = `${XENC}rsa-oaep-mgf1p`;
export const OAEP = `${XENC11}rsa-oaep`;
export const RSA_1_5 = `${XENC}rsa-1_5`;
export const OAEP_SHA256 = `<ds:DigestMethod Algorithm="${XENC}sha256"></ds:DigestMethod><xenc11:MGF xmlns:xenc11="${XENC11}" Algorithm="${XENC11}mgf1sha256"></xenc11:MGF>`;

/** An EncryptedAssertion that holds the text. */
export function encrypted(text: string, certificatePem: string, options: EncryptOptions = {}): string {
  const { cipher = 'aes-256-gcm', oaepHash = 'sha1', padding = constants.RSA_PKCS1_OAEP_PADDING } = options;
  const key = randomBytes(cipher === 'aes-128-gcm' ? 16 : 32);
  const publicKey = new X509Certificate(certificatePem).publicKey;
  const wrapped = publicEncrypt(
    { key: publicKey, padding, ...(padding === constants.RSA_PKCS1_OAEP_PADDING && { oaepHash }) },
    key,
  );
  return [
    `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"><xenc:EncryptedData xmlns:xenc="${XENC}" Type="${XENC}Element">`,
    `<xenc:EncryptionMethod Algorithm="${CIPHER_URIS[cipher]}"></xenc:EncryptionMethod><ds:KeyInfo xmlns:ds="${DSIG}"><xenc:EncryptedKey>`,
    `<xenc:EncryptionMethod Algorithm="${options.keyMethod ?? OAEP_MGF1}">${options.keyDetails ?? ''}</xenc:EncryptionMethod>`,
    `<xenc:CipherData><xenc:CipherValue>${wrapped.toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>`,
    `<xenc:CipherData><xenc:CipherValue>${encipher(cipher, key, text).toString('base64')}</xenc:CipherValue></xenc:CipherData>`,
    '</xenc:EncryptedData></saml:EncryptedAssertion>',
  ].join('');
}

function encipher(cipher: NonNullable<EncryptOptions['cipher']>, key: Buffer, text: string): Buffer {
  if (cipher === 'aes-256-cbc') {
    const iv = randomBytes(16);
    const cbc = createCipheriv(cipher, key, iv);
    return Buffer.concat([iv, cbc.update(text), cbc.final()]);
  }
  const iv = randomBytes(12);
  const gcm = createCipheriv(cipher, key, iv);
  return Buffer.concat([iv, gcm.update(text), gcm.final(), gcm.getAuthTag()]);
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export interface LogoutParts {
  id?: string;
  issuer?: string;
  destination?: string;
  issuedAt?: string;
  notOnOrAfter?: string;
  format?: string;
  sessionIndexes?: readonly string[];
}

/** A request to end sessions, in its canonical form. */
export function logoutXml(parties: Parties, nameId: string, parts: LogoutParts = {}): string {
  const { id = `_${randomBytes(16).toString('hex')}`, issuer = parties.idp, issuedAt = soon(0) } = parts;
  const { destination = '', format = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent' } = parts;
  const until = parts.notOnOrAfter === undefined ? '' : ` NotOnOrAfter="${parts.notOnOrAfter}"`;
  const sessions = (parts.sessionIndexes ?? []).map(
    (each) => `<samlp:SessionIndex>${each}</samlp:SessionIndex>`,
  );
  return [
    `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" Destination="${destination}" ID="${id}" IssueInstant="${issuedAt}"${until} Version="2.0">`,
    `<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${issuer}</saml:Issuer>${HERE}`,
    `<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" Format="${format}">${nameId}</saml:NameID>`,
    `${sessions.join('')}</samlp:LogoutRequest>`,
  ].join('');
}
