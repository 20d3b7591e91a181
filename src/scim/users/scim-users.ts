import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { LastAdmin, UserProvisioning, UserTaken } from '../../users/index.js';
import type { ListPage, ListQuery } from '../list-query.js';
import { patched } from '../patch/apply-patch.js';
import { readPatch } from '../patch/patch-request.js';
import { checkVersion, etagOf, type Done, type ResourceActions, type Which } from '../resource-actions.js';
import { readResource, scimUrl } from '../resource-input.js';
import type { ScimCaller } from '../scim-caller.js';
import { lastAdmin, notFound, taken } from '../scim-refusal.js';
import { USER } from '../schemas.js';
import { search } from '../searching.js';
import type { Json } from '../shape.js';
import { checkTexts } from '../texts.js';
import { UserActivity } from './user-activity.js';
import { lockedUser, USER_TABLE, userResource, userRows, type UserRow } from './user-rows.js';
import { valuesOf } from './user-values.js';

/** People, as directories provision them. */
@Injectable()
export class ScimUsers implements ResourceActions {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly provisioning: UserProvisioning,
    private readonly activity: UserActivity,
  ) {}

  async find(id: string, withGroups: boolean): Promise<{ resource: Json; version: number } | undefined> {
    const [row] = await userRows(this.dataSource.manager, [id], withGroups);
    return row && { resource: this.resource(row), version: row.version };
  }

  list(query: ListQuery): Promise<ListPage> {
    const withGroups = query.projection.shows('groups');
    return search(this.dataSource, USER_TABLE, query, async (tx, { ids, totalResults }) => {
      const rows = ids.length > 0 ? await userRows(tx, ids, withGroups) : [];
      return { totalResults, resources: rows.map((row) => this.resource(row)) };
    });
  }

  create(caller: ScimCaller, data: unknown): Promise<Done> {
    const wanted = readResource(data, USER);
    return this.change(async (tx) => {
      const id = await this.provisioning.create(tx, valuesOf(wanted, caller.vouchesFor), caller);
      const made = { id, active: true, disabled_origin: null };
      return this.done(tx, id, await this.activity.set(tx, made, wanted['active'], caller));
    });
  }

  replace(caller: ScimCaller, which: Which, data: unknown): Promise<Done> {
    const wanted = readResource(data, USER);
    return this.update(caller, which, () => wanted);
  }

  patch(caller: ScimCaller, which: Which, data: unknown): Promise<Done> {
    checkTexts(data);
    const operations = readPatch(data);
    return this.update(caller, which, (before) => readResource(patched(before, operations, USER), USER));
  }

  /** The account goes with all that hangs off it; the audit trail stays. */
  remove(caller: ScimCaller, { id, ifMatch }: Which): Promise<Done> {
    return this.change(async (tx) => {
      const row = await this.locked(tx, id, ifMatch);
      const seq = await this.activity.remove(tx, row.id, caller);
      return { id, ...(seq !== undefined && { seq }) };
    });
  }

  private update(caller: ScimCaller, { id, ifMatch }: Which, decide: (before: Json) => Json): Promise<Done> {
    return this.change(async (tx) => {
      const row = await this.locked(tx, id, ifMatch);
      const wanted = decide(this.resource(row));
      await this.provisioning.update(tx, id, valuesOf(wanted, caller.vouchesFor), caller);
      return this.done(tx, id, await this.activity.set(tx, row, wanted['active'], caller));
    });
  }

  private async locked(tx: EntityManager, id: string, ifMatch: string | undefined): Promise<UserRow> {
    const row = await lockedUser(tx, id);
    if (!row) throw notFound();
    checkVersion(ifMatch, row.version);
    return row;
  }

  private async done(tx: EntityManager, id: string, seq: number | undefined): Promise<Done> {
    const [row] = await userRows(tx, [id], true);
    const { version } = row!;
    return {
      id,
      resource: this.resource(row!),
      version: etagOf(version),
      ...(seq !== undefined && { seq }),
    };
  }

  private resource(row: UserRow): Json {
    return userResource(row, scimUrl(this.config));
  }

  private async change(work: (tx: EntityManager) => Promise<Done>): Promise<Done> {
    try {
      return await this.dataSource.transaction(work);
    } catch (error) {
      if (error instanceof UserTaken) throw taken('Somebody else has this userName or e-mail address');
      if (error instanceof LastAdmin) throw lastAdmin();
      throw error;
    }
  }
}
