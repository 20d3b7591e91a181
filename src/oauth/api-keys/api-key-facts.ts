import type { AuditFact, Change } from '../../audit/index.js';
import type { By } from '../grants/ending-facts.js';
import type { ApiKey } from './api-key.entity.js';

type Told = Pick<
  ApiKey,
  'id' | 'name' | 'userId' | 'clientId' | 'resource' | 'scopes' | 'expiresAt' | 'revokedAt'
>;

type KeyEvent = 'api_key.created' | 'api_key.renamed' | 'api_key.rotated' | 'api_key.revoked';

/** What the trail tells of a key by value. */
export const keySnapshot = ({ name, scopes, expiresAt, revokedAt }: Told) => ({
  name,
  scopes,
  expires_at: expiresAt,
  revoked: revokedAt !== null,
});

/** The record of what became of a key. */
export function keyFact(type: KeyEvent, key: Told, { by, change }: { by: By; change: Change }): AuditFact {
  const { id, name, userId, clientId, resource, scopes, expiresAt } = key;
  return {
    type,
    actor: by.actor,
    ...(userId !== null && { userId }),
    ...(clientId !== null && { clientId }),
    targets: [{ type: 'api_key', id, display: name }],
    token: {
      kind: 'api_key',
      jti: id,
      scopes,
      aud: resource,
      exp: Math.floor(expiresAt.getTime() / 1_000),
    },
    change,
    details: { holder: userId === null ? 'service' : 'person', ...(by.reason && { reason: by.reason }) },
  };
}
