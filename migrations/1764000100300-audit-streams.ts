import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditStreams1764000100300 implements MigrationInterface {
  name = 'AuditStreams1764000100300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_streams (
        id uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        format text NOT NULL,
        filters jsonb NOT NULL,
        settings jsonb NOT NULL,
        secret bytea,
        state text NOT NULL,
        position bigint NOT NULL,
        attempts integer NOT NULL,
        max_attempts integer NOT NULL,
        next_attempt_at timestamptz NOT NULL,
        lease_by uuid,
        lease_until timestamptz,
        delivered bigint NOT NULL,
        delivered_at timestamptz,
        problem text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT audit_streams_pkey PRIMARY KEY (id)
      );
      CREATE TABLE audit_dead_letters (
        id uuid NOT NULL,
        stream_id uuid NOT NULL,
        seq bigint NOT NULL,
        event_id uuid NOT NULL,
        type text NOT NULL,
        attempts integer NOT NULL,
        problem text NOT NULL,
        died_at timestamptz NOT NULL,
        CONSTRAINT audit_dead_letters_pkey PRIMARY KEY (id),
        CONSTRAINT audit_dead_letters_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES audit_streams (id) ON DELETE CASCADE
      );
      CREATE INDEX audit_dead_letters_stream_id_idx ON audit_dead_letters (stream_id, id);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_dead_letters, audit_streams;');
  }
}
