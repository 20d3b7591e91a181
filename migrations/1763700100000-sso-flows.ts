import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SsoFlows1763700100000 implements MigrationInterface {
  name = 'SsoFlows1763700100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sso_used_flows (
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT sso_used_flows_pkey PRIMARY KEY (digest)
      );
      CREATE INDEX sso_used_flows_expires_at_idx ON sso_used_flows (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sso_used_flows');
  }
}
