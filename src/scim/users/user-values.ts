import { isEmail } from 'class-validator';
import { isAuthoritative, type ProvisionedUser } from '../../users/index.js';
import { badRequest } from '../scim-refusal.js';
import { isObject, type Json } from '../shape.js';

/** A B-tree holds no longer keys. */
const MAX_KEY = 512;
const MAX_PROFILE = 65_536;
/** What is kept elsewhere, or made for the answer. */
const ELSEWHERE = ['schemas', 'id', 'externalId', 'userName', 'active', 'groups', 'meta'];

/**
 * What an account is made of, from a resource that has been checked for its types.
 * @throws ScimRefusal invalidValue
 */
export function valuesOf(resource: Json, vouchesFor: readonly string[]): ProvisionedUser {
  const userName = keyText(resource['userName'], 'userName');
  const externalId =
    resource['externalId'] === undefined ? null : keyText(resource['externalId'], 'externalId');
  if (userName === null) throw badRequest('invalidValue', 'userName must not be empty');
  const [primary, ...others] = addressesOf(resource['emails'], userName);
  const profile = Object.fromEntries(Object.entries(resource).filter(([name]) => !ELSEWHERE.includes(name)));
  const kept = { ...profile, emails: [primary, ...others] };
  if (Buffer.byteLength(JSON.stringify(kept)) > MAX_PROFILE)
    throw badRequest('invalidValue', 'This is more than is kept of a person');
  return {
    userName,
    email: primary.value,
    vouched: isAuthoritative(vouchesFor, primary.value),
    name: nameOf(resource),
    externalId,
    profile: kept,
  };
}

function keyText(value: unknown, name: string): string | null {
  const text = typeof value === 'string' ? value.trim() : '';
  if (Buffer.byteLength(text) > MAX_KEY)
    throw badRequest('invalidValue', `${name} must be at most ${MAX_KEY} bytes long`);
  return text === '' ? null : text;
}

type Address = Json & { readonly value: string };

/** The primary one first: the one marked so, or else the one for work, or else the first that is an address. */
function addressesOf(emails: unknown, userName: string): [Address, ...Address[]] {
  const said = (Array.isArray(emails) ? emails : [])
    .filter(isObject)
    .flatMap((each) => (typeof each['value'] === 'string' ? [{ ...each, value: each['value'].trim() }] : []));
  const isGood = ({ value }: Address): boolean => isEmail(value, { require_tld: false });
  const chosen = said.find((each: Json) => each['primary'] === true) ??
    said.find((each: Json) => String(each['type']).toLowerCase() === 'work') ??
    said.find(isGood) ?? { value: userName, type: 'work' };
  if (!isGood(chosen))
    throw badRequest('invalidValue', 'A person has an e-mail address: emails, or a userName that is one');
  return [chosen, ...said.filter((each) => each !== chosen)];
}

function nameOf({ displayName, name }: Json): string | null {
  const parts = isObject(name) ? name : {};
  const joined = [parts['givenName'], parts['familyName']]
    .filter((part) => typeof part === 'string')
    .join(' ');
  const found = [displayName, parts['formatted'], joined].find(
    (text): text is string => typeof text === 'string' && text.trim() !== '',
  );
  return found?.trim().slice(0, 200) ?? null;
}
