import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditLog, type AuditFact } from '../../audit/index.js';
import { AppConfig } from '../../config/index.js';
import { LastAdmin } from './effective-roles.js';
import { saidBy, type Said } from './group-rules.js';
import { Rights, type By } from './rights.js';

/**
 * Brings what one provider says of a person's groups to what it says now. The groups are held until this commits, so
 * that whoever changes their roles sees who is in them. `still`: somebody else says that the person is in it, too.
 */
const APPLY = `
WITH wanted AS (SELECT id, name FROM groups WHERE name_key = ANY($3::text[]) FOR SHARE),
removed AS (
  DELETE FROM group_members m USING groups g
  WHERE m.group_id = g.id AND m.user_id = $1 AND m.origin = $2 AND g.name_key <> ALL($3::text[] || $4::text[])
  RETURNING g.id, g.name),
added AS (
  INSERT INTO group_members (group_id, user_id, origin, added_at) SELECT id, $1, $2, now() FROM wanted
  ON CONFLICT DO NOTHING RETURNING group_id)
SELECT id, name, false AS added, EXISTS (
  SELECT 1 FROM group_members o WHERE o.group_id = removed.id AND o.user_id = $1 AND o.origin <> $2) AS still
FROM removed
UNION ALL SELECT w.id, w.name, true, true FROM added a JOIN wanted w ON w.id = a.group_id`;

/** Of one person, or of everybody; not while another identity of the person at the provider is left. */
const FORGET = `
DELETE FROM group_members m USING groups g
WHERE m.group_id = g.id AND m.origin = $1 AND (m.user_id = $2::uuid OR $2::uuid IS NULL)
  AND ($2::uuid IS NULL OR NOT EXISTS (
    SELECT 1 FROM linked_identities i WHERE i.user_id = m.user_id AND 'sso:' || i.provider = m.origin))
RETURNING m.user_id, g.id, g.name, false AS added, EXISTS (
  SELECT 1 FROM group_members o WHERE o.group_id = m.group_id AND o.user_id = m.user_id AND o.origin <> $1) AS still`;

interface Moved {
  readonly id: string;
  readonly name: string;
  readonly added: boolean;
  readonly still: boolean;
}

const SYSTEM: By = { actor: { type: 'system' } };

/** Groups by what an identity provider says: looked at anew at every sign-in through it. */
@Injectable()
export class SignInGroups {
  constructor(
    private readonly config: AppConfig,
    private readonly audit: AuditLog,
    private readonly rights: Rights,
  ) {}

  /** In the transaction of the sign-in. Groups that ask this provider nothing stay as they are. */
  async apply(
    tx: EntityManager,
    userId: string,
    provider: string,
    claims: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const said = saidBy(provider, this.config.groups, claims);
    if (!said) return;
    if (said.unknown.length > 0) await this.audit.record(tx, withheld(userId, provider, said));
    await this.unlessLast(tx, provider, (inner) => this.move(inner, userId, provider, said));
  }

  /** The provider is gone, or a person is no longer connected to it: what it said of groups does not count any more. */
  async forget(tx: EntityManager, provider: string, userId?: string): Promise<void> {
    await this.unlessLast(tx, provider, async (inner) => {
      const [moved] = await inner.query<[(Moved & { user_id: string })[], number]>(FORGET, [
        `sso:${provider}`,
        userId ?? null,
      ]);
      if (moved.length === 0) return;
      await this.audit.record(inner, ...moved.map((one) => movedFact(one.user_id, `sso:${provider}`, one)));
      const lost = moved.filter(({ still, name }) => !still && this.rights.decides(name));
      const ids = (rows: readonly { user_id: string }[]) => rows.map(({ user_id }) => user_id);
      await this.rights.settle(inner, { users: ids(moved), lost: ids(lost) }, SYSTEM);
    });
  }

  /** In a savepoint: what cannot be taken away stays, and keeps nobody from signing in. */
  private async unlessLast(
    tx: EntityManager,
    provider: string,
    work: (tx: EntityManager) => Promise<void>,
  ): Promise<void> {
    try {
      await tx.transaction(work);
    } catch (error) {
      if (!(error instanceof LastAdmin)) throw error;
      await this.audit.record(tx, kept(provider));
    }
  }

  private async move(tx: EntityManager, userId: string, provider: string, said: Said): Promise<void> {
    const origin = `sso:${provider}`;
    const moved = await tx.query<Moved[]>(APPLY, [userId, origin, said.isIn, said.unknown]);
    if (moved.length === 0) return;
    await this.audit.record(tx, ...moved.map((one) => movedFact(userId, origin, one)));
    const lost = moved.some(({ added, still, name }) => !added && !still && this.rights.decides(name));
    await this.rights.settle(tx, { users: [userId], lost: lost ? [userId] : [] }, SYSTEM);
  }
}

const movedFact = (userId: string, origin: string, { id, name, added }: Moved): AuditFact => ({
  type: 'group.members.changed',
  actor: SYSTEM.actor,
  userId,
  targets: [{ type: 'group', id, display: name }],
  details: { origin, added: added ? 1 : 0, removed: added ? 0 : 1 },
});

const withheld = (userId: string, provider: string, { unknown }: Said): AuditFact => ({
  type: 'idp.groups.withheld',
  userId,
  targets: [{ type: 'user', id: userId }],
  details: { provider, groups_left_as_they_are: unknown },
});

const kept = (provider: string): AuditFact => ({
  type: 'group.members.changed',
  outcome: { result: 'denied', reason: 'last_admin' },
  actor: SYSTEM.actor,
  details: { origin: `sso:${provider}` },
});
