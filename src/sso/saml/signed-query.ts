import { constants, verify } from 'node:crypto';
import { SignInRejected } from '../sso-failure.js';
import { pemsOf, type SamlSettings } from './settings.js';

const ALGORITHMS: Readonly<Record<string, string>> = {
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256': 'RSA-SHA256',
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512': 'RSA-SHA512',
};
const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
const NAMES = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'] as const;

type Name = (typeof NAMES)[number];
/** Each as it was written, and what it says. */
type Parameters = ReadonlyMap<Name, { readonly raw: string; readonly value: string }>;

/**
 * SAML Bindings §3.4.4.1: a request in a query. The signature is over the parameters as they were written, in an order
 * of its own; each of them counts once.
 * @throws SignInRejected
 */
export function signedQuery(
  query: string,
  idp: SamlSettings['idp'],
): { request: string; relayState?: string } {
  const parameters = parametersOf(query);
  const request = parameters.get('SAMLRequest');
  if (!request || parameters.has('SAMLResponse')) throw new SignInRejected('logout_request_missing');
  if ((parameters.get('SAMLEncoding')?.value ?? DEFLATE) !== DEFLATE)
    throw new SignInRejected('message_malformed');
  checkSignature(parameters, idp);
  const relayState = parameters.get('RelayState')?.value;
  return { request: request.value, ...(relayState && { relayState }) };
}

function checkSignature(parameters: Parameters, idp: SamlSettings['idp']): void {
  const [signature, method] = [parameters.get('Signature')?.value, parameters.get('SigAlg')?.value];
  if (!signature) throw new SignInRejected('logout_unsigned');
  const algorithm = Object.hasOwn(ALGORITHMS, method ?? '') ? ALGORITHMS[method!] : undefined;
  if (!algorithm) throw new SignInRejected('signature_algorithm');
  const octets = (['SAMLRequest', 'RelayState', 'SigAlg'] as const)
    .flatMap((name) => (parameters.has(name) ? [`${name}=${parameters.get(name)!.raw}`] : []))
    .join('&');
  const bytes = Buffer.from(signature, 'base64');
  const isTrue = pemsOf(idp).some((key) =>
    verify(algorithm, Buffer.from(octets), { key, padding: constants.RSA_PKCS1_PADDING }, bytes),
  );
  if (!isTrue) throw new SignInRejected('logout_signature_invalid');
}

function parametersOf(query: string): Parameters {
  const found = new Map<Name, { raw: string; value: string }>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = NAMES.find((each) => each === decoded(at < 0 ? pair : pair.slice(0, at)));
    if (!name) continue;
    if (found.has(name)) throw new SignInRejected('message_ambiguous');
    const raw = at < 0 ? '' : pair.slice(at + 1);
    found.set(name, { raw, value: decoded(raw) });
  }
  return found;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new SignInRejected('message_malformed');
  }
}
