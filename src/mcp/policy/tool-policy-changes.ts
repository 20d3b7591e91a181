import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Json } from '../../audit/index.js';
import { isUniqueViolation } from '../../database/index.js';
import type { By } from '../../oauth/index.js';
import type { ToolPolicy } from './rules.js';
import { ToolPolicies } from './tool-policies.js';
import { toolPolicyOf, type ToolPolicyView } from './tool-policy-view.js';
import { ToolPolicyRow } from './tool-policy.entity.js';

/** What an operator says of a policy. */
export type ToolPolicyValues = Omit<ToolPolicy, 'id' | 'version'>;

export class ToolPolicyNameTaken extends Error {
  constructor() {
    super('There is a policy of this name');
    this.name = 'ToolPolicyNameTaken';
  }
}

/** More would have to be looked through for every call. */
const MAX_POLICIES = 500;

export class TooManyToolPolicies extends Error {
  constructor() {
    super(`There are ${MAX_POLICIES} policies, and no more are kept`);
    this.name = 'TooManyToolPolicies';
  }
}

const LOCK = { mode: 'for_no_key_update' } as const;

/** Finds, makes, changes and removes the policies of operators. They are in force when the answer comes. */
@Injectable()
export class ToolPolicyChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly policies: ToolPolicies,
  ) {}

  /** Those of the configuration file, and then the others in the order they were made. */
  async list(): Promise<ToolPolicy[]> {
    const rows = await this.dataSource.getRepository(ToolPolicyRow).find({ order: { id: 'ASC' } });
    return [...this.policies.ofFile(), ...rows.map(toolPolicyOf)];
  }

  async find(id: string): Promise<ToolPolicyView | undefined> {
    const row = await this.dataSource.getRepository(ToolPolicyRow).findOneBy({ id });
    return row ? toolPolicyOf(row) : undefined;
  }

  /** @throws ToolPolicyNameTaken, TooManyToolPolicies */
  async create(values: ToolPolicyValues, by: By): Promise<ToolPolicyView> {
    return this.applied(values.name, async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', ['tool policies']);
      if ((await tx.count(ToolPolicyRow)) >= MAX_POLICIES) throw new TooManyToolPolicies();
      const now = new Date();
      const row = rowOf(values, { id: uuidv7(), version: 1, createdAt: now, updatedAt: now });
      await tx.insert(ToolPolicyRow, row);
      await this.record(tx, 'tool_policy.created', [null, row], by);
      return toolPolicyOf(row);
    });
  }

  /**
   * `decide` sees the policy as it is, and may refuse by throwing. `undefined`: there is none of the id.
   * @throws ToolPolicyNameTaken
   */
  async change(
    id: string,
    decide: (before: ToolPolicyView) => ToolPolicyValues,
    by: By,
  ): Promise<ToolPolicyView | undefined> {
    return this.applied(undefined, async (tx) => {
      const before = await tx.findOne(ToolPolicyRow, { where: { id }, lock: LOCK });
      if (!before) return undefined;
      const values = decide(toolPolicyOf(before));
      this.expectFree(values.name);
      const { version, createdAt } = before;
      const row = rowOf(values, { id, version: version + 1, createdAt, updatedAt: new Date() });
      await tx.update(ToolPolicyRow, { id }, row);
      await this.record(tx, 'tool_policy.changed', [before, row], by);
      return toolPolicyOf(row);
    });
  }

  /** `undefined`: there is none of the id. */
  async remove(
    id: string,
    check: (before: ToolPolicyView) => void,
    by: By,
  ): Promise<ToolPolicyView | undefined> {
    return this.applied(undefined, async (tx) => {
      const before = await tx.findOne(ToolPolicyRow, { where: { id }, lock: LOCK });
      if (!before) return undefined;
      check(toolPolicyOf(before));
      await tx.delete(ToolPolicyRow, { id });
      await this.record(tx, 'tool_policy.deleted', [before, null], by);
      return toolPolicyOf(before);
    });
  }

  private async applied<T>(name: string | undefined, work: (tx: EntityManager) => Promise<T>): Promise<T> {
    if (name !== undefined) this.expectFree(name);
    try {
      const done = await this.dataSource.transaction(async (tx) => {
        const result = await work(tx);
        if (result !== undefined) await this.policies.announce(tx);
        return result;
      });
      await this.policies.catchUp();
      return done;
    } catch (error) {
      throw isUniqueViolation(error) ? new ToolPolicyNameTaken() : error;
    }
  }

  /** Of the names of the file, which is no table. */
  private expectFree(name: string): void {
    if (this.policies.ofFile().some((policy) => policy.name === name)) throw new ToolPolicyNameTaken();
  }

  private record(
    tx: EntityManager,
    type: 'tool_policy.created' | 'tool_policy.changed' | 'tool_policy.deleted',
    [before, after]: readonly [ToolPolicyRow | null, ToolPolicyRow | null],
    { actor, reason }: By,
  ): Promise<void> {
    const row = after ?? before;
    return this.audit.record(tx, {
      type,
      actor,
      targets: row ? [{ type: 'tool_policy', id: row.id, display: row.name }] : [],
      change: { before: before && told(before), after: after && told(after) },
      details: { name: row?.name ?? '', version: row?.version ?? 0, ...(reason && { reason }) },
    });
  }
}

function rowOf(
  { name, items, clients, groups, users, rules }: ToolPolicyValues,
  kept: Pick<ToolPolicyRow, 'id' | 'version' | 'createdAt' | 'updatedAt'>,
): ToolPolicyRow {
  const list = (names: readonly string[] | undefined) => (names ? [...names] : null);
  return Object.assign(new ToolPolicyRow(), {
    ...{ ...kept, name, items: [...items], rules },
    clients: list(clients),
    groups: list(groups),
    users: list(users),
  } satisfies ToolPolicyRow);
}

const told = ({ name, items, clients, groups, users, rules }: ToolPolicyRow) => ({
  ...{ name, items, clients, groups, users },
  rules: rules as unknown as { readonly [name: string]: Json },
});
