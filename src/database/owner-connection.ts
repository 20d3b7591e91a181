import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { dataSourceOptions } from './data-source.js';
import { unhurried } from './prepare.js';
import { grantAnew, type Protection } from './rights.js';
import { PROTECTION } from './trail-rights.js';

/** Reaches the database as the owner of the tables, for the seldom work that the running server has no right to. */
@Injectable()
export class OwnerConnection {
  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    @Inject(PROTECTION) private readonly protection: Protection,
  ) {}

  get isEmbedded(): boolean {
    return this.config.embedded;
  }

  /** Whether there is an owner's login at all. */
  get ownsTheTrail(): boolean {
    return this.config.embedded || this.protection.owns === true;
  }

  /** On a server the connections are the work's own, and closed after it; nothing hurries them. */
  async use<T>(entities: (new () => object)[], work: (owner: DataSource) => Promise<T>): Promise<T> {
    const { databaseUrl, databaseMigrationUrl } = this.config;
    if (databaseUrl === undefined) return work(this.dataSource);
    const options = unhurried(dataSourceOptions(databaseMigrationUrl ?? databaseUrl, null));
    const owner = await new DataSource({ ...options, migrations: [], entities }).initialize();
    try {
      return await work(owner);
    } finally {
      await owner.destroy();
    }
  }

  /** What this server may do with tables that `owner` has made since the start. */
  async grant(owner: DataSource): Promise<void> {
    const { databaseUrl } = this.config;
    if (databaseUrl !== undefined) await grantAnew(owner, this.protection, databaseUrl);
  }
}
