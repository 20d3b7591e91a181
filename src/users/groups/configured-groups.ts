import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig, ConfigError, groupKey, type GroupSection } from '../../config/index.js';
import { LastAdmin } from './effective-roles.js';
import { Group } from './group.entity.js';
import { GroupWriter } from './group-writer.js';
import { outsiders } from './memberships.js';
import { Rights, type By } from './rights.js';

/** "grps" in ASCII: replicas that start at once make each group once. */
const GROUPS_LOCK = 0x67727073;
const SYSTEM: By = { actor: { type: 'system' }, reason: 'configuration' };
const LOCK = { mode: 'for_no_key_update' } as const;

/** Brings the groups that the configuration file names to what it says, at each start. */
@Injectable()
export class ConfiguredGroups implements OnApplicationBootstrap {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly writer: GroupWriter,
    private readonly rights: Rights,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.dataSource.transaction(async (tx) => {
        await tx.query('SELECT pg_advisory_xact_lock($1)', [GROUPS_LOCK]);
        for (const section of this.config.groups) await this.write(tx, section);
        await this.letGo(tx);
      });
      await this.rights.applied();
    } catch (error) {
      if (!(error instanceof LastAdmin)) throw error;
      throw new ConfigError(['groups: what has changed would leave nobody with the role admin']);
    }
  }

  private async write(tx: EntityManager, { name, roles: wanted, members }: GroupSection): Promise<void> {
    const roles = [...new Set(wanted)];
    const group = await tx.findOne(Group, { where: { nameKey: groupKey(name) }, lock: LOCK });
    if (!group) {
      await this.writer.insert(tx, { name, roles, origin: 'config', configured: true }, undefined, SYSTEM);
      return;
    }
    const same = group.configured && [...group.roles].sort().join() === [...roles].sort().join();
    if (!same) await this.writer.update(tx, group, { roles, configured: true }, SYSTEM);
    const asked = [...new Set(members.map(({ provider }) => `sso:${provider}`))];
    await this.forget(tx, group, asked);
  }

  /** Of groups that the file no longer names, what it gave goes: their roles, and whom its rules put in. */
  private async letGo(tx: EntityManager): Promise<void> {
    const named = this.config.groups.map(({ name }) => groupKey(name));
    const configured = await tx.find(Group, {
      where: { configured: true },
      order: { id: 'ASC' },
      lock: LOCK,
    });
    for (const group of configured.filter(({ nameKey }) => !named.includes(nameKey))) {
      await this.forget(tx, group, []);
      const [alone] = await tx.query<unknown[]>(
        `SELECT 1 WHERE $2 = 'config' AND NOT EXISTS (SELECT 1 FROM group_members WHERE group_id = $1)`,
        [group.id, group.origin],
      );
      if (alone) await this.writer.delete(tx, group, SYSTEM);
      else {
        const origin = group.origin === 'config' ? 'admin' : group.origin;
        await this.writer.update(tx, group, { roles: [], configured: false, origin }, SYSTEM);
      }
    }
  }

  /** Takes out those whom providers put in that the group no longer asks. */
  private async forget(tx: EntityManager, group: Group, asked: readonly string[]): Promise<void> {
    const [rows] = await tx.query<[{ user_id: string }[], number]>(
      `DELETE FROM group_members WHERE group_id = $1 AND origin LIKE 'sso:%' AND origin <> ALL($2::text[])
       RETURNING user_id`,
      [group.id, asked],
    );
    if (rows.length === 0) return;
    const users = [...new Set(rows.map((row) => row.user_id))];
    const lost = this.rights.decides(group.name) ? await outsiders(tx, group.id, users) : [];
    await this.rights.settle(tx, { users, lost }, SYSTEM);
  }
}
