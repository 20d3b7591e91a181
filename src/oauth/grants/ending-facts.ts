import type { Actor, AuditFact, Change, Target } from '../../audit/index.js';
import type { Ending } from '../../revocation/index.js';

export interface By {
  readonly actor: Actor;
  /** A person's words, or a snake_case code of our own. */
  readonly reason?: string;
}

export interface EndedCounts {
  readonly grants: number;
  readonly sessions: number;
  /** Absent when there were none. */
  readonly apiKeys?: number;
}

/** The record of what was ended. */
export function appliedTo(
  endings: readonly Ending[],
  by: By,
  { grants, sessions, apiKeys = 0 }: EndedCounts,
): AuditFact {
  return {
    type: 'revocation.applied',
    actor: by.actor,
    ...only(endings),
    targets: endings.map(({ kind, key }) => ({ type: targetType(kind), id: key })),
    details: {
      grants,
      sessions,
      ...(apiKeys > 0 && { api_keys: apiKeys }),
      ...(by.reason && { reason: by.reason }),
    },
  };
}

/** The record of what became of a client. */
export const clientFact = (
  type: 'client.suspended' | 'client.deleted',
  id: string,
  { by, change }: { by: By; change: Change },
): AuditFact => ({
  type,
  actor: by.actor,
  clientId: id,
  targets: [{ type: 'client', id }],
  change,
  ...(by.reason && { details: { reason: by.reason } }),
});

function only(endings: readonly Ending[]): {
  grantId?: string;
  userId?: string;
  clientId?: string;
  sessionId?: string;
} {
  const [ending] = endings;
  if (!ending || endings.length !== 1) return {};
  switch (ending.kind) {
    case 'grant':
      return { grantId: ending.key };
    case 'user':
      return { userId: ending.key };
    case 'client':
      return { clientId: ending.key };
    case 'session':
      return { sessionId: ending.key };
    default:
      return {};
  }
}

function targetType(kind: Ending['kind']): Target['type'] {
  if (kind === 'jti') return 'token';
  if (kind === 'kid' || kind === 'all') return 'key';
  return kind;
}
