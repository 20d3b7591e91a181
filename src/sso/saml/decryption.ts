import { constants, createDecipheriv, privateDecrypt, type KeyObject } from 'node:crypto';
import { allOf, attributeOf, is, onlyChild, textOf, type XmlElement } from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';
import { textOfBytes } from './message.js';
import { DS, XENC } from './names.js';

const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

/** XML Encryption 1.1 §5.2.4. Of CBC an attacker learns the text by trying; it is never opened. */
const CIPHERS: Readonly<Record<string, { cipher: 'aes-128-gcm' | 'aes-256-gcm'; bytes: number }>> = {
  [`${XENC11}aes128-gcm`]: { cipher: 'aes-128-gcm', bytes: 16 },
  [`${XENC11}aes256-gcm`]: { cipher: 'aes-256-gcm', bytes: 32 },
};

/** What our metadata says we can open. */
export const CONTENT_ENCRYPTIONS = Object.keys(CIPHERS).reverse();

const OAEP_MGF1 = `${XENC}rsa-oaep-mgf1p`;
const OAEP = `${XENC11}rsa-oaep`;
export const KEY_ENCRYPTIONS = [OAEP, OAEP_MGF1];

const SHA1 = `${DS}sha1`;
const MGF1_SHA1 = `${XENC11}mgf1sha1`;
/** Digest and mask of OAEP, where Node can only use one hash for both. */
const OAEP_HASHES: Readonly<Record<string, string>> = {
  [`${SHA1} ${MGF1_SHA1}`]: 'sha1',
  [`${XENC}sha256 ${XENC11}mgf1sha256`]: 'sha256',
  [`${XENC}sha512 ${XENC11}mgf1sha512`]: 'sha512',
};

const IV = 12;
const TAG = 16;

/**
 * What an EncryptedAssertion holds, as text. Nothing is said about why it cannot be opened.
 * @throws SignInRejected
 */
export function decrypted(encrypted: XmlElement, key: KeyObject): string {
  const data = onlyChild(encrypted, [XENC, 'EncryptedData']);
  const keys = [...allOf(encrypted)].filter((element) => is(element, [XENC, 'EncryptedKey']));
  const [wrapped] = keys;
  if (!data || !wrapped || keys.length > 1) throw new SignInRejected('encryption_malformed');
  const content = CIPHERS[methodOf(data)];
  if (!content) throw new SignInRejected('encryption_algorithm');
  const oaepHash = oaepHashOf(wrapped);
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const contentKey = privateDecrypt({ key, padding, oaepHash }, cipherValue(wrapped));
    if (contentKey.length !== content.bytes) throw new SignInRejected('decryption_failed');
    return textOfBytes(opened(content.cipher, contentKey, cipherValue(data)));
  } catch {
    throw new SignInRejected('decryption_failed');
  }
}

/** XML Encryption 1.1 §5.2.4: the IV comes first, the tag of 128 bits last. */
function opened(cipher: 'aes-128-gcm' | 'aes-256-gcm', key: Buffer, sealed: Buffer): Buffer {
  if (sealed.length < IV + TAG) throw new SignInRejected('decryption_failed');
  const decipher = createDecipheriv(cipher, key, sealed.subarray(0, IV), { authTagLength: TAG });
  decipher.setAuthTag(sealed.subarray(-TAG));
  return Buffer.concat([decipher.update(sealed.subarray(IV, -TAG)), decipher.final()]);
}

function oaepHashOf(wrapped: XmlElement): string {
  const method = onlyChild(wrapped, [XENC, 'EncryptionMethod']);
  const algorithm = methodOf(wrapped);
  if (!method || !KEY_ENCRYPTIONS.includes(algorithm)) throw new SignInRejected('encryption_algorithm');
  const digest = onlyChild(method, [DS, 'DigestMethod']);
  const mask = onlyChild(method, [XENC11, 'MGF']);
  const hash =
    OAEP_HASHES[
      [
        (digest && attributeOf(digest, 'Algorithm')) ?? SHA1,
        (algorithm === OAEP && mask && attributeOf(mask, 'Algorithm')) || MGF1_SHA1,
      ].join(' ')
    ];
  if (!hash) throw new SignInRejected('encryption_algorithm');
  return hash;
}

function methodOf(element: XmlElement): string {
  const method = onlyChild(element, [XENC, 'EncryptionMethod']);
  return (method && attributeOf(method, 'Algorithm')) ?? '';
}

function cipherValue(element: XmlElement): Buffer {
  const data = onlyChild(element, [XENC, 'CipherData']);
  const value = data && onlyChild(data, [XENC, 'CipherValue']);
  return Buffer.from((value && textOf(value)) ?? '', 'base64');
}
