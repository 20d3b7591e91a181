import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog, type Actor, type Change, type Json } from '../audit/index.js';
import { calledUrls, secretSettings, type AnyProviderSection } from '../config/index.js';
import { ProviderTable } from './provider-table.js';
import { patched, ProviderSettings, SettingsRefused, type RawSettings } from './provider-settings.js';
import { changeOf, changes, type ProviderView } from './provider-view.js';

/** Who changes a provider; `check` throws when it is not the one they have read. */
export interface ProviderChange {
  readonly actor: Actor;
  readonly check?: (before: ProviderView) => void;
}

/** Setting providers up over the network: each change and its audit record in one transaction. */
@Injectable()
export class ProviderChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: ProviderTable,
    private readonly settings: ProviderSettings,
    private readonly audit: AuditLog,
  ) {}

  /** `undefined`: the id is taken. @throws SettingsRefused */
  create(id: string, raw: RawSettings, { actor }: ProviderChange): Promise<ProviderView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const { row, others } = await this.table.locked(tx, id);
      if (row || this.settings.isTaken(id)) return undefined;
      const wanted = patched({}, raw);
      const section = this.settings.read(id, wanted, others);
      const view = await this.table.insert(tx, section, wanted);
      const details = { settings: changes(section.kind, {}, wanted) };
      const change = changeOf(section.kind, null, wanted);
      await this.record(tx, 'idp.provider.created', view, { actor, change, details });
      return view;
    });
  }

  /** `undefined`: there is none. @throws SettingsRefused */
  change(
    id: string,
    patch: RawSettings,
    { actor, check }: ProviderChange,
  ): Promise<ProviderView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const { row, settings, others } = await this.table.locked(tx, id);
      if (!row) return undefined;
      const before = this.table.viewOf(row);
      check?.(before);
      const wanted = patched(settings, patch);
      const section = this.settings.read(id, wanted, others);
      if (isDeepStrictEqual(settings, wanted)) return before;
      if (!('clientSecret' in patch)) checkSecretStays(this.table.sectionOf(row), section);
      const view = await this.table.update(tx, row, section, wanted);
      const details = { settings: changes(section.kind, settings, wanted) };
      const change = changeOf(section.kind, settings, wanted);
      await this.record(tx, 'idp.provider.changed', view, { actor, change, details });
      return view;
    });
  }

  /** `undefined`: there is none. */
  remove(id: string, { actor }: ProviderChange, reason?: string): Promise<ProviderView | undefined> {
    return this.dataSource.transaction(async (tx) => {
      const { row } = await this.table.locked(tx, id);
      if (!row) return undefined;
      const view = this.table.viewOf(row);
      await this.table.delete(tx, id);
      const details = { ...(reason !== undefined && { reason }) };
      const change = { before: { ...row.settings }, after: null };
      await this.record(tx, 'idp.provider.deleted', view, { actor, change, details });
      return view;
    });
  }

  private async record(
    tx: EntityManager,
    type: 'idp.provider.created' | 'idp.provider.changed' | 'idp.provider.deleted',
    { id, kind, label }: ProviderView,
    { actor, change, details }: { actor: Actor; change: Change; details: Record<string, unknown> },
  ): Promise<void> {
    await this.audit.record(tx, {
      type,
      actor,
      targets: [{ type: 'identity_provider', id, display: label }],
      change,
      details: { kind, ...(details as Record<string, Json>) },
    });
  }
}

/**
 * A secret that nobody can read must not be sent to whom it was not given for: it goes with every code to where codes
 * are redeemed.
 */
function checkSecretStays(before: AnyProviderSection | undefined, after: AnyProviderSection): void {
  const isSent = secretSettings(after.kind).includes('clientSecret');
  if (!isSent || (before && isDeepStrictEqual(calledUrls(before), calledUrls(after)))) return;
  throw new SettingsRefused(['clientSecret must be given again, because it would go somewhere else']);
}
