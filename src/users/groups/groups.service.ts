import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  cappedAt,
  countStatement,
  keysetPage,
  pageOfRows,
  type CappedCount,
  type KeysetPage,
  type KeysetQuery,
} from '../../database/index.js';
import { Group } from './group.entity.js';
import { groupViewOf, type GroupMemberView, type GroupView } from './group-view.js';

export interface GroupQuery extends KeysetQuery {
  /** Part of the name. */
  readonly q?: string;
}

const MEMBERS = `
SELECT u.id AS "userId", u.email, u.name, array_agg(m.origin ORDER BY m.origin) AS origins
FROM group_members m JOIN users u ON u.id = m.user_id
WHERE m.group_id = $1 AND ($2::uuid IS NULL OR CASE WHEN $4 THEN u.id > $2 ELSE u.id < $2 END) GROUP BY u.id
ORDER BY CASE WHEN $4 THEN u.id END, u.id DESC LIMIT $3`;

interface MemberRow extends Omit<GroupMemberView, 'name'> {
  readonly name: string | null;
}

/** Finds groups and who is in them. */
@Injectable()
export class GroupsService {
  constructor(private readonly dataSource: DataSource) {}

  async find(id: string): Promise<GroupView | undefined> {
    const group = await this.dataSource.getRepository(Group).findOneBy({ id });
    return group ? groupViewOf(group) : undefined;
  }

  /** Whether rules and decisions that name this group are about one there is. */
  async isNamed(nameKey: string): Promise<boolean> {
    return this.dataSource.getRepository(Group).existsBy({ nameKey });
  }

  /** Newest first. */
  async list({ q, ...query }: GroupQuery): Promise<KeysetPage<GroupView>> {
    const select = this.dataSource.getRepository(Group).createQueryBuilder('g');
    if (q) select.andWhere('g.name ILIKE :q', { q: `%${q.replace(/[\\%_]/g, '\\$&')}%` });
    return keysetPage(select, { key: 'g.id', cursorOf: ({ id }) => id }, query, groupViewOf);
  }

  async members(id: string, query: KeysetQuery): Promise<KeysetPage<GroupMemberView>> {
    const { cursor, limit, backwards = false } = query;
    const parameters = [id, cursor ?? null, limit + 1, backwards];
    const rows = await this.dataSource.query<MemberRow[]>(MEMBERS, parameters);
    const page = pageOfRows(rows, query, ({ userId }) => userId);
    const items = page.items.map(({ name, ...member }) => ({ ...member, ...(name !== null && { name }) }));
    const count = query.counted ? await this.countMembers(id) : undefined;
    return { ...page, items, ...(count && { count }) };
  }

  private async countMembers(id: string): Promise<CappedCount> {
    const statement = countStatement('SELECT DISTINCT user_id FROM group_members WHERE group_id = $1');
    const [row] = await this.dataSource.query<{ value: number }[]>(statement, [id]);
    return cappedAt(row!.value);
  }
}
