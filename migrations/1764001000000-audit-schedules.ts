import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Exports that are made by themselves, and searches that raise an alert. */
export class AuditSchedules1764001000000 implements MigrationInterface {
  name = 'AuditSchedules1764001000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_export_schedules (
        id uuid NOT NULL,
        name text NOT NULL,
        format text NOT NULL,
        filters jsonb NOT NULL,
        period text NOT NULL,
        state text NOT NULL,
        next_from timestamptz NOT NULL,
        next_until timestamptz NOT NULL,
        problem text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT audit_export_schedules_pkey PRIMARY KEY (id)
      );
      CREATE UNIQUE INDEX audit_export_schedules_name_key ON audit_export_schedules (name);
      ALTER TABLE audit_exports ADD COLUMN schedule_id uuid, ADD COLUMN written_at timestamptz;
      CREATE INDEX audit_exports_schedule_idx ON audit_exports (schedule_id, id) WHERE schedule_id IS NOT NULL;
      ALTER TABLE audit_saved_searches ADD COLUMN alert_threshold integer, ADD COLUMN alert_window_s integer,
        ADD COLUMN looked_at timestamptz, ADD COLUMN alerted_at timestamptz;
      CREATE INDEX audit_saved_searches_alert_idx ON audit_saved_searches (looked_at) WHERE alert_threshold IS NOT NULL;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX audit_saved_searches_alert_idx;
      ALTER TABLE audit_saved_searches DROP COLUMN alert_threshold, DROP COLUMN alert_window_s,
        DROP COLUMN looked_at, DROP COLUMN alerted_at;
      DROP INDEX audit_exports_schedule_idx;
      ALTER TABLE audit_exports DROP COLUMN schedule_id, DROP COLUMN written_at;
      DROP TABLE audit_export_schedules;`);
  }
}
