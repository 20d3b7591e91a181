import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditSavedSearches1764000100100 implements MigrationInterface {
  name = 'AuditSavedSearches1764000100100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_saved_searches (
        id uuid NOT NULL,
        owner text NOT NULL,
        name text NOT NULL,
        filters jsonb NOT NULL,
        shared boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT audit_saved_searches_pkey PRIMARY KEY (id)
      );
      CREATE INDEX audit_saved_searches_owner_idx ON audit_saved_searches (owner, id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_saved_searches;');
  }
}
