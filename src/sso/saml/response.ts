import { allOf, elementsOf, is, type XmlElement } from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';
import { decrypted } from './decryption.js';
import { checkEnvelope } from './envelope.js';
import { messageText, readMessage } from './message.js';
import { ASSERTION, ENCRYPTED_ASSERTION, SAMLP } from './names.js';
import type { SamlSettings } from './settings.js';
import { refuseStrays, signatureOf } from './signature-shape.js';

/** A response whose shape leaves nothing to be taken for something else. No signature of it was verified yet. */
export interface OpenedResponse {
  /** The response with its one assertion in clear, and with nothing else. */
  readonly text: string;
  /** The response as it came, when it is signed itself. */
  readonly signed?: string;
}

/** @throws SignInRejected */
export function openResponse(encoded: string, settings: SamlSettings, requestId: string): OpenedResponse {
  const text = messageText(encoded);
  const root = readMessage(text);
  if (!is(root, [SAMLP, 'Response'])) throw new SignInRejected('response_missing');
  const signature = signatureOf(root);
  checkEnvelope(root, settings, { requestId, signed: signature !== undefined });
  const assertion = onlyAssertion(root);
  const own = signature ? [signature] : [];
  const isPlain = is(assertion, ASSERTION);
  refuseStrays(root, isPlain ? [...own, signatureOfAssertion(assertion)] : own);
  const edits = elementsOf(root).map((child) => ({
    ...child,
    by: child !== assertion ? '' : isPlain ? undefined : inClear(assertion, settings),
  }));
  const bare = edited(text, edits);
  checkBare(bare);
  return { text: bare, ...(signature && { signed: text }) };
}

/** What will be verified has the shape that was looked at, whatever was cut out of it or put into it. */
function checkBare(text: string): void {
  const root = readMessage(text);
  const assertion = onlyAssertion(root);
  if (!is(assertion, ASSERTION)) throw new SignInRejected('assertion_misplaced');
  refuseStrays(root, [signatureOfAssertion(assertion)]);
}

function onlyAssertion(root: XmlElement): XmlElement {
  const named = [...allOf(root)].filter(({ name }) => name === 'Assertion' || name === 'EncryptedAssertion');
  const [assertion, ...more] = named;
  if (!assertion) throw new SignInRejected('assertion_missing');
  if (more.length > 0) throw new SignInRejected('assertion_multiple');
  const isKnown = is(assertion, ASSERTION) || is(assertion, ENCRYPTED_ASSERTION);
  if (!isKnown || !root.children.includes(assertion)) throw new SignInRejected('assertion_misplaced');
  return assertion;
}

function signatureOfAssertion(assertion: XmlElement): XmlElement {
  const signature = signatureOf(assertion);
  if (!signature) throw new SignInRejected('assertion_unsigned');
  return signature;
}

function inClear(encrypted: XmlElement, { sp }: SamlSettings): string {
  if (!sp.decryption) throw new SignInRejected('assertion_encrypted');
  const text = decrypted(encrypted, sp.decryption.privateKey);
  // It must be whole by itself before it is put in the other's place.
  if (!is(readMessage(text), ASSERTION)) throw new SignInRejected('encryption_malformed');
  return text.replace(/^<\?xml[^>]*\?>/, '');
}

/** The text with other words in some places, which are in the order of the text. */
function edited(
  text: string,
  edits: readonly { start: number; end: number; by: string | undefined }[],
): string {
  return edits.reduceRight(
    (result, { start, end, by }) =>
      by === undefined ? result : result.slice(0, start) + by + result.slice(end),
    text,
  );
}
