import { attributeOf, childrenOf, is, textOf, type XmlElement } from '../../xml/index.js';
import type { ReceivedLogout } from '../providers/provider.js';
import { SignInRejected } from '../sso-failure.js';
import { sessionIndex } from './assertion.js';
import { checkIssuer } from './envelope.js';
import { inflatedText, messageText, readMessage } from './message.js';
import { SAMLP } from './names.js';
import type { RootSignature } from './root-signature.js';
import type { SamlSettings } from './settings.js';
import { refuseStrays, signatureOf } from './signature-shape.js';
import { signedQuery } from './signed-query.js';
import { agreedNameOf } from './subject.js';
import { instant, isAhead, isPast, SKEW_MS } from './times.js';

/** A message as one of the two bindings carries it. */
export type SamlMessage =
  | { readonly binding: 'post'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly binding: 'redirect'; readonly query: string };

/** A request to end sessions that is the provider's. */
export interface LogoutRequest {
  readonly id: string;
  readonly relayState?: string;
  readonly logout: ReceivedLogout;
}

const LIFETIME_MS = 5 * 60_000;
const MAX_RELAY_STATE = 1_024;

/** @throws SignInRejected */
export async function readLogoutRequest(
  message: SamlMessage,
  settings: SamlSettings,
  signatures: RootSignature,
): Promise<LogoutRequest> {
  const { root, relayState } =
    message.binding === 'post'
      ? await posted(message.fields, signatures)
      : redirected(message.query, settings.idp);
  if ((relayState?.length ?? 0) > MAX_RELAY_STATE) throw new SignInRejected('message_malformed');
  return { ...meaningOf(root, settings), ...(relayState && { relayState }) };
}

async function posted(
  { SAMLRequest: encoded, SAMLResponse: response, RelayState: relayState }: Readonly<Record<string, unknown>>,
  signatures: RootSignature,
): Promise<{ root: XmlElement; relayState?: string }> {
  if (typeof encoded !== 'string' || response !== undefined)
    throw new SignInRejected('logout_request_missing');
  const text = messageText(encoded);
  const root = readMessage(text);
  const signature = signatureOf(root);
  if (!signature) throw new SignInRejected('logout_unsigned');
  refuseStrays(root, [signature]);
  await signatures.check(text, 'logout_signature_invalid');
  return { root, ...(typeof relayState === 'string' && { relayState }) };
}

function redirected(query: string, idp: SamlSettings['idp']): { root: XmlElement; relayState?: string } {
  const { request, ...rest } = signedQuery(query, idp);
  const root = readMessage(inflatedText(request));
  refuseStrays(root, []);
  return { root, ...rest };
}

/** SAML Core §3.7.1 */
function meaningOf(root: XmlElement, settings: SamlSettings): LogoutRequest {
  const [id, issued, until] = ['ID', 'IssueInstant', 'NotOnOrAfter'].map((name) => attributeOf(root, name));
  if (!is(root, [SAMLP, 'LogoutRequest']) || !id || attributeOf(root, 'Version') !== '2.0')
    throw new SignInRejected('logout_request_missing');
  checkIssuer(root, settings.idp.entityId, true);
  if (attributeOf(root, 'Destination') !== settings.sp.sloUrl)
    throw new SignInRejected('destination_mismatch');
  const end = instant(issued) + LIFETIME_MS + SKEW_MS;
  if (isAhead(issued) || end <= Date.now() || (until !== undefined && isPast(until)))
    throw new SignInRejected('logout_out_of_time');
  const indexes = indexesOf(root);
  const subject = agreedNameOf(root, settings);
  if (subject === undefined && indexes.length === 0) throw new SignInRejected('logout_names_nobody');
  const names = {
    ...(subject !== undefined && { subject }),
    ...(indexes.length > 0 && { sessions: indexes }),
  };
  return { id, logout: { id, until: Math.ceil(end / 1_000), ...names } };
}

/** SAML Core §3.7.1: without any, all sessions of the person are meant. One that names nothing must not come to mean that. */
function indexesOf(root: XmlElement): string[] {
  return childrenOf(root, [SAMLP, 'SessionIndex']).map((each) => {
    const index = sessionIndex(textOf(each));
    if (!index) throw new SignInRejected('session_index_malformed');
    return index;
  });
}
