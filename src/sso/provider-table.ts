import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v4 as uuidv4 } from 'uuid';
import { readIdentityProvider, type AnyProviderSection } from '../config/index.js';
import { CannotOpen } from '../sealing/index.js';
import { SignInGroups } from '../users/index.js';
import { IdentityProvider } from './identity-provider.entity.js';
import { ProviderFactory } from './provider-factory.js';
import { ProviderSecrets } from './provider-secrets.js';
import { split, type RawSettings } from './provider-settings.js';
import { storedView, type ProviderView } from './provider-view.js';

/** "idps" in ASCII: providers are changed one after the other, because each has to fit to all others. */
const LOCK = 0x69647073;

/** What admins set up, as the database has it. */
@Injectable()
export class ProviderTable {
  constructor(
    private readonly secrets: ProviderSecrets,
    private readonly factory: ProviderFactory,
    private readonly groups: SignInGroups,
  ) {}

  async all(db: EntityManager): Promise<ProviderView[]> {
    const rows = await db.find(IdentityProvider, { order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.map((row) => this.viewOf(row));
  }

  async find(db: EntityManager, id: string): Promise<ProviderView | undefined> {
    const row = await db.findOneBy(IdentityProvider, { id });
    return row ? this.viewOf(row) : undefined;
  }

  /** The settings with their secrets, and the others that can be used, while nobody changes any. */
  async locked(
    tx: EntityManager,
    id: string,
  ): Promise<{ row?: IdentityProvider; settings: RawSettings; others: AnyProviderSection[] }> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    const rows = await tx.find(IdentityProvider, { order: { createdAt: 'ASC', id: 'ASC' } });
    const row = rows.find((one) => one.id === id);
    return {
      ...(row && { row }),
      settings: row ? { ...row.settings, ...this.opened(row) } : {},
      others: rows.filter((one) => one.id !== id).flatMap((one) => this.sectionOf(one) ?? []),
    };
  }

  async insert(tx: EntityManager, section: AnyProviderSection, raw: RawSettings): Promise<ProviderView> {
    const now = new Date();
    const row = { ...this.columns(section, raw), id: section.id, createdAt: now, updatedAt: now };
    await tx.insert(IdentityProvider, row);
    return this.viewOf(row);
  }

  async update(
    tx: EntityManager,
    before: IdentityProvider,
    section: AnyProviderSection,
    raw: RawSettings,
  ): Promise<ProviderView> {
    const values = { ...this.columns(section, raw), updatedAt: new Date() };
    await tx.update(IdentityProvider, { id: before.id }, values);
    return this.viewOf({ ...before, ...values });
  }

  async delete(tx: EntityManager, id: string): Promise<void> {
    await tx.delete(IdentityProvider, { id });
    await this.groups.forget(tx, id);
  }

  viewOf(row: IdentityProvider): ProviderView {
    return storedView(row, this.opened(row), this.factory);
  }

  /** `undefined`: it cannot be used. */
  sectionOf(row: IdentityProvider): AnyProviderSection | undefined {
    const problems: string[] = [];
    const section = readIdentityProvider({ ...row.settings, ...this.opened(row), id: row.id }, problems);
    return problems.length === 0 ? section : undefined;
  }

  private columns({ id, kind }: AnyProviderSection, raw: RawSettings) {
    const [secrets, open] = split(raw, kind);
    return { settings: { ...open }, secrets: this.secrets.seal(id, secrets), version: uuidv4() };
  }

  private opened(row: IdentityProvider): RawSettings | undefined {
    try {
      return this.secrets.open(row);
    } catch (error) {
      if (error instanceof CannotOpen) return undefined;
      throw error;
    }
  }
}
