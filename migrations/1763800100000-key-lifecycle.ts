import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When each signing key signs, is retired and leaves the key set; what no longer signs loses its private half. */
export class KeyLifecycle1763800100000 implements MigrationInterface {
  name = 'KeyLifecycle1763800100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE signing_keys
        ALTER COLUMN sealed_private DROP NOT NULL,
        ADD COLUMN activate_at timestamptz,
        ADD COLUMN retired_at timestamptz,
        ADD COLUMN publish_until timestamptz,
        ADD COLUMN revoked_at timestamptz;
      CREATE UNIQUE INDEX signing_keys_alg_state_idx ON signing_keys (alg, state) WHERE state IN ('next', 'active');`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX signing_keys_alg_state_idx;
      DELETE FROM signing_keys WHERE sealed_private IS NULL;
      ALTER TABLE signing_keys
        ALTER COLUMN sealed_private SET NOT NULL,
        DROP COLUMN activate_at,
        DROP COLUMN retired_at,
        DROP COLUMN publish_until,
        DROP COLUMN revoked_at;`);
  }
}
