import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who works on an export, so that who comes back too late changes nothing. */
export class AuditExportLeases1764000500000 implements MigrationInterface {
  name = 'AuditExportLeases1764000500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_exports ADD COLUMN lease_by uuid');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_exports DROP COLUMN lease_by');
  }
}
