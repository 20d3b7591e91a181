import type { MigrationInterface, QueryRunner } from 'typeorm';

export class StepUp1763700200000 implements MigrationInterface {
  name = 'StepUp1763700200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE grants ADD COLUMN step_up_at timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE grants DROP COLUMN step_up_at');
  }
}
