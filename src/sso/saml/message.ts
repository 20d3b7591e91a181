import { inflateRawSync } from 'node:zlib';
import { readXml, XmlRefused, xmlText, type XmlElement, type XmlLimits } from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';

const SIZE = 128 * 1024;

/** A person in a thousand groups is within; what would keep this server busy is not. */
const LIMITS: XmlLimits = { size: SIZE, elements: 1_500, attributes: 3_500, depth: 32 };

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * SAML Bindings §3.5.4: a message of a form.
 * @throws SignInRejected
 */
export function messageText(encoded: string): string {
  const bytes = bytesOf(encoded);
  if (bytes.length > SIZE) throw new SignInRejected('xml_too_large');
  return textOfBytes(bytes);
}

/**
 * SAML Bindings §3.4.4.1: a message of a query, deflated.
 * @throws SignInRejected
 */
export function inflatedText(encoded: string): string {
  const bytes = bytesOf(encoded);
  try {
    return textOfBytes(inflateRawSync(bytes, { maxOutputLength: SIZE }));
  } catch (error) {
    if (error instanceof SignInRejected) throw error;
    const isBomb = error instanceof RangeError;
    throw new SignInRejected(isBomb ? 'xml_too_large' : 'message_malformed');
  }
}

/** @throws SignInRejected */
export const readMessage = (text: string): XmlElement => refusing(() => readXml(text, LIMITS));

/** @throws SignInRejected */
export const textOfBytes = (bytes: Uint8Array): string => refusing(() => xmlText(bytes));

function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof XmlRefused ? new SignInRejected(error.code) : error;
  }
}

function bytesOf(encoded: string): Buffer {
  if (encoded.length > 2 * SIZE) throw new SignInRejected('xml_too_large');
  const bare = encoded.replace(/\s+/g, '');
  if (!BASE64.test(bare)) throw new SignInRejected('message_malformed');
  return Buffer.from(bare, 'base64');
}
