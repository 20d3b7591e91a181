import { XmlRefused } from './xml-refused.js';

const PREDEFINED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9A-Fa-f]{1,6}));|&/g;
/** XML 1.0 §2.2: what is no character of a document; and what ends a line in XML 1.1 only. */
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const NO_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u0085\u2028\ufffe\uffff]/;

/**
 * The text of a message from its bytes: UTF-8, and lines that end as a parser sees them (XML 1.0 §2.11).
 * @throws XmlRefused
 */
export function xmlText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new XmlRefused('xml_not_utf8');
  }
  if (NO_CHARACTER.test(text)) throw new XmlRefused('xml_malformed');
  return text.replace(/\r\n?/g, '\n');
}

/** XML 1.0 §2.4 */
export function characterData(raw: string): string {
  if (raw.includes(']]>')) throw new XmlRefused('xml_malformed');
  return resolved(raw);
}

/** XML 1.0 §3.3.3: parsers differ in what they make of a line break or tab that is written as it is. */
export function attributeText(raw: string): string {
  if (/[\t\n]/.test(raw)) throw new XmlRefused('xml_malformed');
  return resolved(raw);
}

function resolved(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(REFERENCE, (_, name?: string, decimal?: string, hex?: string) => {
    if (name) return PREDEFINED[name]!;
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : Number.NaN;
    if (!isCharacter(code)) throw new XmlRefused('xml_malformed');
    return String.fromCodePoint(code);
  });
}

function isCharacter(code: number): boolean {
  if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) return false;
  return code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code !== 0xfffe && code !== 0xffff);
}
