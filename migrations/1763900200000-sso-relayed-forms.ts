import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SsoRelayedForms1763900200000 implements MigrationInterface {
  name = 'SsoRelayedForms1763900200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sso_relayed_forms (
        digest bytea NOT NULL,
        sealed bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT sso_relayed_forms_pkey PRIMARY KEY (digest)
      );
      CREATE INDEX sso_relayed_forms_expires_at_idx ON sso_relayed_forms (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sso_relayed_forms');
  }
}
