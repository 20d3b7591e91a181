import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig, groupKey } from '../../config/index.js';
import {
  GroupChanges,
  GroupIsConfigured,
  GroupNameTaken,
  LastAdmin,
  NoSuchPeople,
  type ChangedGroup,
  type GroupChange,
  type GroupView,
} from '../../users/index.js';
import type { ListPage, ListQuery } from '../list-query.js';
import { readPatch } from '../patch/patch-request.js';
import { checkVersion, etagOf, type Done, type ResourceActions, type Which } from '../resource-actions.js';
import { readResource, scimUrl } from '../resource-input.js';
import type { ScimCaller } from '../scim-caller.js';
import { badRequest, lastAdmin, notFound, taken, type ScimRefusal } from '../scim-refusal.js';
import { GROUP } from '../schemas.js';
import { search } from '../searching.js';
import type { Json } from '../shape.js';
import { checkTexts } from '../texts.js';
import { GROUP_TABLE, groupResource, groupRows, memberRows } from './group-rows.js';
import { patchedWords, wordsOf, type GroupWords } from './group-values.js';

/** Groups, as directories provision them. Roles are given to groups by the configuration and by operators. */
@Injectable()
export class ScimGroups implements ResourceActions {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly changes: GroupChanges,
  ) {}

  async find(id: string, withMembers: boolean): Promise<{ resource: Json; version: number } | undefined> {
    const [found] = await this.resources(this.dataSource.manager, [id], withMembers ? 'one' : undefined);
    return found;
  }

  list(query: ListQuery): Promise<ListPage> {
    const withMembers = query.projection.shows('members') ? 'list' : undefined;
    return search(this.dataSource, GROUP_TABLE, query, async (tx, { ids, totalResults }) => {
      const found = ids.length > 0 ? await this.resources(tx, ids, withMembers) : [];
      return { totalResults, resources: found.map(({ resource }) => resource) };
    });
  }

  async create(caller: ScimCaller, data: unknown): Promise<Done> {
    const { name, externalId, steps } = wordsOf(readResource(data, GROUP));
    const members = steps.flatMap(({ users }) => users);
    const wanted = { name, members, origin: 'scim', ...(externalId && { externalId }) } as const;
    return this.done(this.changes.create(wanted, caller));
  }

  replace(caller: ScimCaller, which: Which, data: unknown): Promise<Done> {
    return this.change(caller, which, wordsOf(readResource(data, GROUP)));
  }

  patch(caller: ScimCaller, which: Which, data: unknown): Promise<Done> {
    checkTexts(data);
    return this.change(caller, which, patchedWords(readPatch(data)));
  }

  async remove(caller: ScimCaller, { id, ifMatch }: Which): Promise<Done> {
    const check = (before: GroupView): void => {
      checkVersion(ifMatch, before.version);
      if (before.origin !== 'scim') throw ofOthers();
    };
    const { seq } = await this.served(this.changes.remove(id, check, caller));
    return { id, ...(seq !== undefined && { seq }) };
  }

  private change(caller: ScimCaller, { id, ifMatch }: Which, { steps, ...words }: GroupWords): Promise<Done> {
    const decide = (before: GroupView): GroupChange => {
      checkVersion(ifMatch, before.version);
      const { name = before.name } = words;
      const isOurs = before.origin === 'scim';
      if (!isOurs && groupKey(name) !== groupKey(before.name)) throw ofOthers();
      return {
        ...words,
        ...(!isOurs && { name: before.name }),
        ...(steps.length > 0 && { members: { origin: 'scim', steps } }),
      };
    };
    return this.done(this.changes.change(id, decide, caller));
  }

  private async done(work: Promise<ChangedGroup | undefined>): Promise<Done> {
    const { group, seq } = await this.served(work);
    return { id: group.id, version: etagOf(group.version), ...(seq !== undefined && { seq }) };
  }

  private async served(work: Promise<ChangedGroup | undefined>): Promise<ChangedGroup> {
    try {
      const changed = await work;
      if (changed) return changed;
    } catch (error) {
      throw refusalOf(error);
    }
    throw notFound();
  }

  private async resources(
    tx: EntityManager,
    ids: readonly string[],
    members: 'one' | 'list' | undefined,
  ): Promise<{ resource: Json; version: number }[]> {
    const rows = await groupRows(tx, ids);
    const found = members && (await memberRows(tx, ids, members));
    const base = scimUrl(this.config);
    return rows.map((row) => ({ resource: groupResource(row, found, base), version: row.version }));
  }
}

/** A directory adds its people to any group, and is master of those that it made. */
const ofOthers = (): ScimRefusal =>
  badRequest('mutability', 'No directory made this group: it is renamed and deleted where it was made');

function refusalOf(error: unknown): unknown {
  if (error instanceof GroupNameTaken) return taken('There is a group of this displayName');
  if (error instanceof GroupIsConfigured)
    return badRequest(
      'mutability',
      'The configuration of the server names this group: rename it there first',
    );
  if (error instanceof NoSuchPeople)
    return badRequest('invalidValue', `There is nobody with the id ${error.ids.slice(0, 5).join(', ')}`);
  if (error instanceof LastAdmin) return lastAdmin();
  return error;
}
