import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls of a tool with the same arguments. */
export class AuditArguments1764000400000 implements MigrationInterface {
  name = 'AuditArguments1764000400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE audit_events ADD COLUMN args_hmac text;
      CREATE INDEX audit_events_args_hmac_idx ON audit_events (args_hmac, event_id) WHERE args_hmac IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_events DROP COLUMN args_hmac');
  }
}
