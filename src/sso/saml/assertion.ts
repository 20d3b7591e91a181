import { attributeOf, childrenOf, is, onlyChild, textOf, type XmlElement } from '../../xml/index.js';
import type { Assertion } from '../providers/provider.js';
import { SignInRejected } from '../sso-failure.js';
import { attributesOf, claimsOf, emailOf, personNameOf } from './attributes.js';
import { methodsOf } from './authn-context.js';
import { checkConditions, checkConfirmation } from './conditions.js';
import { checkIssuer } from './envelope.js';
import { readMessage } from './message.js';
import { ASSERTION, SAML } from './names.js';
import type { SamlSettings } from './settings.js';
import { isEmailFormat, nameIdOf, subjectOf } from './subject.js';
import { instant, isAhead, isPast, SKEW_MS } from './times.js';

const MAX_SESSION_INDEX = 255;

/**
 * Reads the bytes that were signed, and nothing else.
 * @throws SignInRejected
 */
export function readAssertion(signedXml: string, settings: SamlSettings, requestId: string): Assertion {
  const assertion = readMessage(signedXml);
  const [id, issued] = [attributeOf(assertion, 'ID'), attributeOf(assertion, 'IssueInstant')];
  if (!is(assertion, ASSERTION) || !id || attributeOf(assertion, 'Version') !== '2.0')
    throw new SignInRejected('assertion_malformed');
  checkIssuer(assertion, settings.idp.entityId, true);
  if (isAhead(issued)) throw new SignInRejected('assertion_not_yet_valid');
  const subject = onlyChild(assertion, [SAML, 'Subject']);
  if (!subject) throw new SignInRejected('subject_missing');
  const until = checkConfirmation(subject, settings, requestId);
  checkConditions(assertion, settings.sp.entityId);
  return {
    ...personOf(assertion, subject, settings),
    ...sessionOf(assertion),
    once: { id: `${settings.idp.entityId} ${id}`, until: Math.ceil((instant(until) + SKEW_MS) / 1_000) },
  };
}

type Person = Pick<Assertion, 'identity' | 'emailVerified' | 'name' | 'claims'>;

function personOf(assertion: XmlElement, subject: XmlElement, settings: SamlSettings): Person {
  const attributes = attributesOf(assertion);
  const nameId = nameIdOf(subject, settings);
  const name = personNameOf(attributes, settings.attributes);
  const email = emailOf(
    attributes,
    settings.attributes,
    nameId && isEmailFormat(nameId) ? nameId.value : undefined,
  );
  return {
    identity: {
      provider: settings.id,
      issuer: settings.idp.entityId,
      subject: subjectOf(nameId, attributes, settings),
      ...(email && { email }),
    },
    // SAML has no word for a verified address: a directory speaks for its own domains, which `domains` says.
    emailVerified: email !== undefined,
    ...(name && { name }),
    claims: claimsOf(attributes, settings.attributes),
  };
}

/** SAML Core §2.7.2: how and when the person signed in there, and how the provider calls that session. */
function sessionOf(assertion: XmlElement): Pick<Assertion, 'amr' | 'authTime' | 'session'> {
  const [statement] = childrenOf(assertion, [SAML, 'AuthnStatement']);
  if (!statement) throw new SignInRejected('authn_statement_missing');
  const [at, until] = [attributeOf(statement, 'AuthnInstant'), attributeOf(statement, 'SessionNotOnOrAfter')];
  if (isAhead(at)) throw new SignInRejected('assertion_not_yet_valid');
  if (until !== undefined && isPast(until)) throw new SignInRejected('session_expired');
  const context = onlyChild(statement, [SAML, 'AuthnContext']);
  const classRef = context && onlyChild(context, [SAML, 'AuthnContextClassRef']);
  const session = sessionIndex(attributeOf(statement, 'SessionIndex'));
  return {
    amr: methodsOf(classRef && textOf(classRef)),
    authTime: new Date(instant(at)),
    ...(session && { session }),
  };
}

/** As it is kept with a session, so that a logout finds it again. */
export const sessionIndex = (index: string | undefined): string | undefined =>
  index?.slice(0, MAX_SESSION_INDEX);
