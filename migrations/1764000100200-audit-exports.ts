import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditExports1764000100200 implements MigrationInterface {
  name = 'AuditExports1764000100200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_exports (
        id uuid NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        format text NOT NULL,
        filters jsonb NOT NULL,
        state text NOT NULL,
        lease_until timestamptz,
        finished_at timestamptz,
        header text,
        checkpoint text,
        events bigint,
        bytes bigint,
        digest bytea,
        manifest text,
        problem text,
        CONSTRAINT audit_exports_pkey PRIMARY KEY (id)
      );
      CREATE INDEX audit_exports_state_idx ON audit_exports (state, id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_exports;');
  }
}
