import type { MigrationInterface, QueryRunner } from 'typeorm';

export class IdentityProviders1763900100000 implements MigrationInterface {
  readonly name = 'IdentityProviders1763900100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
CREATE TABLE identity_providers (
  id text NOT NULL,
  settings jsonb NOT NULL,
  secrets bytea NOT NULL,
  version uuid NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  CONSTRAINT identity_providers_pkey PRIMARY KEY (id))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE identity_providers');
  }
}
