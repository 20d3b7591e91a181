import { listed, moment, short } from '../../words';
import type { Selector } from './types';

/** What can be said, in the order of the form. */
export const MEMBERS: readonly {
  readonly name: Exclude<keyof Selector, 'all'>;
  readonly label: string;
  readonly hint: string;
}[] = [
  { name: 'user_id', label: 'Person', hint: 'id of a person' },
  { name: 'client_id', label: 'Client', hint: 'id of a client' },
  { name: 'session_id', label: 'Session', hint: 'id of a session' },
  { name: 'grant_id', label: 'Grant', hint: 'id of a grant' },
  { name: 'token', label: 'Token', hint: 'the token itself; it is not kept' },
  { name: 'scope', label: 'Scope', hint: 'such as notes:write' },
  { name: 'tool', label: 'Tool', hint: 'name of a tool' },
  { name: 'resource', label: 'Resource', hint: 'a resource indicator' },
  { name: 'idp', label: 'Identity provider', hint: 'id of a provider' },
  { name: 'issued_before', label: 'Older than', hint: 'a moment, such as 2026-11-21T12:00:00Z' },
  { name: 'kid', label: 'Signing key', hint: 'id of a compromised key' },
];

export const NAMES = ['all', 'jti', ...MEMBERS.map(({ name }) => name)] as const;

/** A selector as a sentence would say it. */
export function selectorWords(selector: Selector, names: ReadonlyMap<string, string> = new Map()): string {
  if (selector.all) return 'everything';
  const parts = Object.entries(selector).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [];
    const label = MEMBERS.find((member) => member.name === name)?.label.toLowerCase() ?? name;
    return [`${label} ${name === 'issued_before' ? moment(value) : (names.get(value) ?? short(value))}`];
  });
  return listed(parts);
}
