import { randomBytes } from 'node:crypto';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../config/index.js';
import { UsersService } from './users.service.js';

/** "boot" in ASCII: of several replicas that start at once on an empty database, one makes the admin. */
const BOOTSTRAP_LOCK = 0x626f6f74;

export interface BootstrappedAdmin {
  readonly email: string;
  /** Present only when it was made at random: it is shown once. */
  readonly password?: string;
}

/** Makes the first admin when there is nobody yet. */
@Injectable()
export class BootstrapAdmin implements OnApplicationBootstrap {
  made: BootstrappedAdmin | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly dataSource: DataSource,
    private readonly users: UsersService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { adminEmail: email, adminPassword } = this.config.bootstrap;
    const password = adminPassword ?? randomBytes(12).toString('base64url');
    this.made = await this.dataSource.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [BOOTSTRAP_LOCK]);
      if (!(await this.users.isEmpty(tx))) return undefined;
      await this.users.create(tx, {
        email,
        emailVerified: true,
        name: 'Admin',
        password,
        roles: ['admin'],
        origin: 'bootstrap',
      });
      return { email, ...(!adminPassword && { password }) };
    });
  }
}
