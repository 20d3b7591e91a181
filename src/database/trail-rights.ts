import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { mayChangeTheTrail, type Protection } from './rights.js';

export const PROTECTION = Symbol('PROTECTION');

/** Says at the start whether the database itself keeps the server from changing the audit trail. */
@Injectable()
export class TrailRights implements OnApplicationBootstrap {
  private readonly logger = new Logger('database');

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    @Inject(PROTECTION) private readonly protection: Protection,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.embedded) return;
    if (!this.protection.owns)
      this.logger.warn(
        'This server can make no partitions of the audit trail, and take none out: its login does not own the tables. ' +
          'One replica at least needs DATABASE_MIGRATION_URL for the owner; see docs/audit.md',
      );
    const [row] = await this.dataSource.query<{ name: string }[]>('SELECT current_user AS name');
    if (!(await mayChangeTheTrail(this.dataSource))) {
      this.logger.log(
        `The audit trail: as ${row!.name} this server can add to it and read it, and change nothing`,
      );
      return;
    }
    this.logger.warn(
      `The audit trail is protected by triggers and signatures only: as ${row!.name} this server has the rights to ` +
        `change it (${this.protection.missing ?? 'it owns the tables'}). Give it DATABASE_MIGRATION_URL for the ` +
        'owner and DATABASE_URL for a login that owns nothing; see docs/audit.md',
    );
  }
}
