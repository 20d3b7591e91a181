import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type Actor, type AuditFact } from '../../audit/index.js';
import { AppConfig, groupKey } from '../../config/index.js';
import { RevocationLedger, type RevocationReceipt } from '../../revocation/index.js';
import { lostOf, recomputeRoles } from './effective-roles.js';

/** Clocks and requests in flight, in seconds. */
const MARGIN = 300;

/** Who changes something, and why in their own words. */
export interface By {
  readonly actor: Actor;
  readonly reason?: string;
}

/** Whom a change is about. */
export interface Touched {
  /** Whose roles may be others now. */
  readonly users: readonly string[];
  /** Who is no longer in a group that decides what may be granted. */
  readonly lost?: readonly string[];
}

/** What a change of groups or roles means for what people hold already. */
@Injectable()
export class Rights {
  private readonly deciding: ReadonlySet<string>;

  constructor(
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
    private readonly ledger: RevocationLedger,
  ) {
    this.deciding = new Set(config.policies.scopeRules.flatMap(({ groups }) => groups.map(groupKey)));
  }

  /** Whether it matters to tokens that were given out that somebody is in this group, apart from its roles. */
  decides(groupName: string): boolean {
    return this.deciding.has(groupKey(groupName)) || this.areTold;
  }

  /**
   * Call at the end of the transaction that made the change. Access tokens of people who lost a right end at once, and
   * the next refresh gives what is left: the grants live on. Returns the position in the ledger, if there is one.
   * @throws LastAdmin
   */
  async settle(tx: EntityManager, { users, lost = [] }: Touched, by: By): Promise<number | undefined> {
    const changes = await recomputeRoles(tx, [...new Set([...users, ...lost])]);
    const narrowed = new Set([
      ...lost,
      ...changes.filter((change) => lostOf(change).length > 0).map(({ id }) => id),
    ]);
    const facts = changes.map(({ id, before, after }): AuditFact => {
      const because = by.reason ? { reason: by.reason } : {};
      const details = { before, after, ...because };
      return {
        type: 'user.roles.changed',
        actor: by.actor,
        userId: id,
        targets: [{ type: 'user', id }],
        change: { before: { roles: before }, after: { roles: after } },
        details,
      };
    });
    if (narrowed.size > 0) facts.push(narrowing([...narrowed], by));
    if (facts.length > 0) await this.audit.record(tx, ...facts);
    return narrowed.size > 0 ? this.end(tx, [...narrowed], by) : undefined;
  }

  /** After the commit, where nobody waits for a receipt: what was taken away is refused here from now on. */
  async applied(): Promise<void> {
    await this.ledger.catchUp();
  }

  /** After the commit: which replicas refuse what was taken away. */
  async receipt(seq: number | undefined): Promise<RevocationReceipt | undefined> {
    return seq === undefined ? undefined : this.ledger.receipt(seq);
  }

  /** Some resource's access tokens name the groups. */
  private get areTold(): boolean {
    return this.config.resources.some(({ claims }) => claims.includes('groups'));
  }

  private end(tx: EntityManager, userIds: readonly string[], { actor }: By): Promise<number> {
    const until = new Date(Date.now() + (this.config.longestToken + MARGIN) * 1_000);
    const endings = userIds.map((key) => ({ kind: 'user', key }) as const);
    return this.ledger.append(tx, endings, { actor, until, reason: 'rights_narrowed' });
  }
}

function narrowing(userIds: readonly string[], { actor }: By): AuditFact {
  const [only] = userIds.length === 1 ? userIds : [];
  return {
    type: 'revocation.applied',
    actor,
    ...(only && { userId: only }),
    targets: userIds.map((id) => ({ type: 'user', id })),
    details: { reason: 'rights_narrowed', users: userIds.length, grants: 0, sessions: 0 },
  };
}
