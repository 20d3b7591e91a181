import { useApi, useOne } from '../api/hooks';
import type { AuditEvent, User } from '../api/types';
import { short } from '../words';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const FIELDS = { fields: 'id,email' };

/** Who acted, by the name that people know. */
export function Who({ actor }: { actor: AuditEvent['actor'] }) {
  const { tokens } = useApi();
  const id = actor.display === undefined && UUID.test(actor.id ?? '') ? actor.id : undefined;
  const asked = id !== undefined && tokens.may('admin:users:read') ? `users/${id}` : undefined;
  const { data } = useOne<Pick<User, 'email'>>(asked, FIELDS);
  return (
    <span title={actor.id}>{actor.display ?? data?.email ?? (actor.id ? short(actor.id) : actor.type)}</span>
  );
}
