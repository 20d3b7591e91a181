import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Personal and secret details of events, each person's under a key of their own. */
export class AuditPayloads1764000700000 implements MigrationInterface {
  name = 'AuditPayloads1764000700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_subject_keys (
        key_id uuid NOT NULL,
        subject text NOT NULL,
        sealed bytea,
        created_at timestamptz NOT NULL,
        destroyed_at timestamptz,
        CONSTRAINT audit_subject_keys_pkey PRIMARY KEY (key_id)
      );
      CREATE INDEX audit_subject_keys_subject_idx ON audit_subject_keys (subject, created_at);
      CREATE INDEX audit_subject_keys_destroyed_at_idx ON audit_subject_keys (destroyed_at)
        WHERE destroyed_at IS NOT NULL;
      CREATE TABLE audit_payloads (
        event_id uuid NOT NULL,
        key_id uuid NOT NULL,
        sealed bytea NOT NULL,
        brief boolean NOT NULL,
        retention text NOT NULL,
        CONSTRAINT audit_payloads_pkey PRIMARY KEY (event_id)
      );
      CREATE INDEX audit_payloads_brief_idx ON audit_payloads (event_id) WHERE brief;
      CREATE INDEX audit_payloads_retention_idx ON audit_payloads (retention, event_id);
      CREATE TABLE audit_legal_holds (
        user_id uuid NOT NULL,
        reason text NOT NULL,
        ticket text,
        set_by text NOT NULL,
        set_at timestamptz NOT NULL,
        CONSTRAINT audit_legal_holds_pkey PRIMARY KEY (user_id)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_payloads, audit_subject_keys, audit_legal_holds');
  }
}
