import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog, type Actor, type AuditFact } from '../../audit/index.js';
import { AppConfig, type RegistrationRule } from '../../config/index.js';
import { keysetPage, type KeysetPage, type KeysetQuery } from '../../database/index.js';
import { RegistrationPolicy } from './registration-policy.entity.js';

export type RegistrationPolicyView = Readonly<RegistrationPolicy>;

export type WantedRegistrationPolicy = Pick<
  RegistrationPolicy,
  'name' | 'position' | 'match' | 'trust' | 'scopes' | 'redirects'
>;

/** All of them are looked at for each registration. */
const MOST = 200;
const FRESH_MS = 500;

/** There are as many as there may be. */
export class TooManyPolicies extends Error {}

type Act = Extract<AuditFact['type'], `registration.policy.${string}`>;
type Policies = AppConfig['policies'];

/** Rules about applications that register themselves: those of operators, and then those of the configuration. */
@Injectable()
export class RegistrationPolicies {
  private known: { readonly at: number; readonly rules: Promise<RegistrationRule[]> } | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  /** What counts for a registration in this transaction. */
  async inForce(tx: EntityManager): Promise<{ readonly policies: Policies }> {
    return this.with(await stored(tx));
  }

  /** The same, not older than half a second: for what is asked often. */
  async lately(): Promise<{ readonly policies: Policies }> {
    const now = performance.now();
    if (!this.known || now - this.known.at > FRESH_MS) {
      const rules = stored(this.dataSource.manager);
      this.known = { at: now, rules };
      rules.catch(() => (this.known = undefined));
    }
    return this.with(await this.known.rules);
  }

  /** In the order in which they are looked at. */
  list(query: KeysetQuery): Promise<KeysetPage<RegistrationPolicyView>> {
    const select = this.dataSource.getRepository(RegistrationPolicy).createQueryBuilder('p');
    const first = { column: 'p.position', table: 'registration_policies', id: 'id' };
    const keyset = {
      key: 'p.id',
      first,
      order: 'asc',
      cursorOf: ({ id }: RegistrationPolicy) => id,
    } as const;
    return keysetPage(select, keyset, query, (policy) => policy);
  }

  async find(id: string): Promise<RegistrationPolicyView | undefined> {
    return (await this.dataSource.getRepository(RegistrationPolicy).findOneBy({ id })) ?? undefined;
  }

  /** @throws TooManyPolicies */
  create(wanted: WantedRegistrationPolicy, actor: Actor): Promise<RegistrationPolicyView> {
    return this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['registration policies']);
      if ((await tx.count(RegistrationPolicy)) >= MOST) throw new TooManyPolicies();
      const now = new Date();
      const made = Object.assign(new RegistrationPolicy(), wanted, {
        id: uuidv7(),
        createdAt: now,
        updatedAt: now,
      });
      await tx.insert(RegistrationPolicy, made);
      await this.record(tx, 'registration.policy.created', actor, [null, made]);
      return made;
    });
  }

  /** `undefined`: there is none. Clients that are there stay what they are. */
  change(
    id: string,
    decide: (before: RegistrationPolicyView) => Partial<WantedRegistrationPolicy>,
    actor: Actor,
  ): Promise<RegistrationPolicyView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await locked(tx, id);
      if (!before) return undefined;
      const fields = { ...decide(before), updatedAt: new Date() };
      await tx.update(RegistrationPolicy, { id }, fields);
      const after = Object.assign(new RegistrationPolicy(), before, fields);
      await this.record(tx, 'registration.policy.changed', actor, [before, after]);
      return after;
    });
  }

  /** `undefined`: there is none. */
  remove(
    id: string,
    check: (before: RegistrationPolicyView) => void,
    actor: Actor,
  ): Promise<RegistrationPolicyView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const before = await locked(tx, id);
      if (!before) return undefined;
      check(before);
      await tx.delete(RegistrationPolicy, { id });
      await this.record(tx, 'registration.policy.deleted', actor, [before, null]);
      return before;
    });
  }

  private with(rules: readonly RegistrationRule[]): { readonly policies: Policies } {
    const { policies } = this.config;
    return { policies: { ...policies, registrationRules: [...rules, ...policies.registrationRules] } };
  }

  private record(
    tx: EntityManager,
    type: Act,
    actor: Actor,
    [before, after]: readonly [RegistrationPolicy | null, RegistrationPolicy | null],
  ): Promise<void> {
    const { id, name } = (after ?? before)!;
    return this.audit.record(tx, {
      type,
      actor,
      targets: [{ type: 'registration_policy', id, display: name }],
      change: { before: before && snapshotOf(before), after: after && snapshotOf(after) },
    });
  }
}

async function stored(db: EntityManager): Promise<RegistrationRule[]> {
  const rows = await db.find(RegistrationPolicy, { order: { position: 'ASC', id: 'ASC' } });
  return rows.map(({ match, trust, scopes, redirects }) => ({
    match,
    trust,
    ...(scopes && { scopes }),
    ...(redirects && { redirects }),
  }));
}

const locked = (tx: EntityManager, id: string): Promise<RegistrationPolicy | null> =>
  tx.findOne(RegistrationPolicy, { where: { id }, lock: { mode: 'pessimistic_write' } });

const snapshotOf = ({ name, position, match, trust, scopes, redirects }: RegistrationPolicy) => ({
  ...{ name, position, trust, scopes, redirects },
  match: { ...match },
});
