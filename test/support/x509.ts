import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';

export interface CertifiedKey {
  privateKey: KeyObject;
  /** PKCS #8 */
  privatePem: string;
  certificatePem: string;
}

const DAY_MS = 86_400_000;

/** A new RSA key and a certificate (RFC 5280) that it signs itself. Days are counted from now. */
export function certifiedKey({ bits = 2048, from = -1, to = 365, host = '' } = {}): CertifiedKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const body = sequence(
    explicit(0, integer(2)),
    integer(Math.floor(Math.random() * 0x7fffff) + 1),
    SHA256_RSA,
    NAME,
    sequence(moment(from), moment(to)),
    NAME,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(host ? [explicit(3, sequence(alternativeName(host)))] : []),
  );
  const der = sequence(body, SHA256_RSA, bitString(sign('sha256', body, privateKey)));
  return {
    privateKey,
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: toPem(der),
  };
}

/** RFC 5280 §4.2.1.6 */
const alternativeName = (host: string): Buffer =>
  sequence(
    tagged(0x06, Buffer.from('551d11', 'hex')),
    tagged(0x04, sequence(tagged(0x82, Buffer.from(host)))),
  );

const toPem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der
    .toString('base64')
    .match(/.{1,64}/g)!
    .join('\n')}\n-----END CERTIFICATE-----\n`;

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, ...parts);
const explicit = (number: number, part: Buffer): Buffer => tagged(0xa0 + number, part);
const bitString = (bytes: Buffer): Buffer => tagged(0x03, Buffer.from([0]), bytes);

function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return tagged(0x02, bytes[0]! > 127 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

function moment(days: number): Buffer {
  const text = new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return tagged(0x18, Buffer.from(`${text}Z`));
}

/** sha256WithRSAEncryption, and CN=Test */
const SHA256_RSA = sequence(tagged(0x06, Buffer.from('2a864886f70d01010b', 'hex')), tagged(0x05));
const NAME = sequence(
  tagged(0x31, sequence(tagged(0x06, Buffer.from('550403', 'hex')), tagged(0x0c, Buffer.from('Test')))),
);
