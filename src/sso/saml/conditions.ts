import {
  attributeOf,
  childrenOf,
  elementsOf,
  is,
  onlyChild,
  textOf,
  type XmlElement,
} from '../../xml/index.js';
import { SignInRejected } from '../sso-failure.js';
import { BEARER, SAML } from './names.js';
import type { SamlSettings } from './settings.js';
import { isAhead, isPast } from './times.js';

const UNDERSTOOD = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];

/**
 * SAML Profiles §4.1.4.2: the assertion is for whoever brings it here, now, in answer to this request. Answers until
 * when it could be brought, as an instant.
 * @throws SignInRejected
 */
export function checkConfirmation(subject: XmlElement, { sp }: SamlSettings, requestId: string): string {
  const bearers = childrenOf(subject, [SAML, 'SubjectConfirmation']).filter(
    (each) => attributeOf(each, 'Method') === BEARER,
  );
  const [first, ...rest] = bearers.map((each) => {
    const data = onlyChild(each, [SAML, 'SubjectConfirmationData']);
    return { data, problem: data ? problemOf(data, sp.acsUrl, requestId) : 'confirmation_missing' };
  });
  const good = [first, ...rest].find((each) => each && each.problem === undefined)?.data;
  if (!good) throw new SignInRejected(first?.problem ?? 'confirmation_missing');
  return attributeOf(good, 'NotOnOrAfter')!;
}

function problemOf(data: XmlElement, acsUrl: string, requestId: string): string | undefined {
  const [until, from] = [attributeOf(data, 'NotOnOrAfter'), attributeOf(data, 'NotBefore')];
  if (attributeOf(data, 'Recipient') !== acsUrl) return 'recipient_mismatch';
  const inResponseTo = attributeOf(data, 'InResponseTo');
  if (inResponseTo === undefined) return 'response_unsolicited';
  if (inResponseTo !== requestId) return 'in_response_to_mismatch';
  if (isPast(until)) return 'assertion_expired';
  return from !== undefined && isAhead(from) ? 'assertion_not_yet_valid' : undefined;
}

/**
 * SAML Core §2.5.1: it holds now, and it is meant for us. A condition that is not understood is not met.
 * @throws SignInRejected
 */
export function checkConditions(assertion: XmlElement, entityId: string): void {
  const conditions = onlyChild(assertion, [SAML, 'Conditions']);
  if (!conditions) throw new SignInRejected('conditions_missing');
  const [from, until] = [attributeOf(conditions, 'NotBefore'), attributeOf(conditions, 'NotOnOrAfter')];
  if (from !== undefined && isAhead(from)) throw new SignInRejected('assertion_not_yet_valid');
  if (until !== undefined && isPast(until)) throw new SignInRejected('assertion_expired');
  if (!elementsOf(conditions).every(({ namespace, name }) => namespace === SAML && UNDERSTOOD.includes(name)))
    throw new SignInRejected('condition_unknown');
  const restrictions = childrenOf(conditions, [SAML, 'AudienceRestriction']);
  const isOurs = restrictions.every((restriction) =>
    elementsOf(restriction).some((each) => is(each, [SAML, 'Audience']) && textOf(each) === entityId),
  );
  if (restrictions.length === 0) throw new SignInRejected('audience_missing');
  if (!isOurs) throw new SignInRejected('audience_mismatch');
}
