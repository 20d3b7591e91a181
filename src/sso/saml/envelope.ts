import { attributeOf, childrenOf, onlyChild, textOf, type XmlElement } from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';
import { ISSUER, SAMLP, SUCCESS } from './names.js';
import type { SamlSettings } from './settings.js';

/** Of a status only the words that SAML defines are written down. */
const STATUS = /^urn:oasis:names:tc:SAML:2\.0:status:([A-Za-z]{1,40})$/;

/**
 * What stands around an assertion. Nothing of it is believed; it only has to be about this very request.
 * @throws SignInRejected
 */
export function checkEnvelope(
  response: XmlElement,
  { idp, sp }: SamlSettings,
  expected: { requestId: string; signed: boolean },
): void {
  if (attributeOf(response, 'Version') !== '2.0') throw new SignInRejected('response_version');
  checkStatus(response);
  checkIssuer(response, idp.entityId, false);
  const destination = attributeOf(response, 'Destination');
  // SAML Bindings §3.5.5.2: a signed message says where it is meant to go.
  if (destination === undefined ? expected.signed : destination !== sp.acsUrl)
    throw new SignInRejected('destination_mismatch');
  const inResponseTo = attributeOf(response, 'InResponseTo');
  if (inResponseTo === undefined) throw new SignInRejected('response_unsolicited');
  if (inResponseTo !== expected.requestId) throw new SignInRejected('in_response_to_mismatch');
}

/** SAML Core §3.2.2.1 */
function checkStatus(response: XmlElement): void {
  const status = onlyChild(response, [SAMLP, 'Status']);
  const code = status && onlyChild(status, [SAMLP, 'StatusCode']);
  const value = code && attributeOf(code, 'Value');
  if (value === SUCCESS) return;
  const inner = code && onlyChild(code, [SAMLP, 'StatusCode']);
  const [error, detail] = [value, inner && attributeOf(inner, 'Value')].map(
    (each) => STATUS.exec(each ?? '')?.[1],
  );
  throw new SignInRejected('provider_refused', { ...(error && { error }), ...(detail && { detail }) });
}

/** SAML Core §2.2.5, §8.3.6: the issuer is the entity ID, character by character. */
export function checkIssuer(element: XmlElement, entityId: string, required: boolean): void {
  const issuers = childrenOf(element, ISSUER);
  if (issuers.length === 0 && !required) return;
  if (issuers.length !== 1 || textOf(issuers[0]!) !== entityId) throw new SignInRejected('issuer_mismatch');
}
