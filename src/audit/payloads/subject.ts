import type { AuditEventBody } from '../audit-row.js';

/** Of events that are about nobody in particular. */
export const SYSTEM = 'system';

export const personOf = (userId: string): string => `user:${userId}`;

/**
 * Whom the sealed details of an event are about: the person acted upon, else who acted, else their application. What
 * somebody typed who proved nothing is nobody's, and costs the same work whether or not the person is known.
 */
export function subjectOf({ actor, targets, user_id, client_id }: AuditEventBody): string {
  if (actor.type === 'anonymous') return SYSTEM;
  const people = targets?.filter(({ type }) => type === 'user') ?? [];
  if (people.length === 1) return personOf(people[0]!['id'] as string);
  if (user_id !== undefined) return personOf(user_id);
  return client_id === undefined ? SYSTEM : `client:${client_id}`;
}
