import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LogoutDeliveries1763800400000 implements MigrationInterface {
  name = 'LogoutDeliveries1763800400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE logout_deliveries (
        id uuid NOT NULL,
        client_id text NOT NULL,
        user_id uuid NOT NULL,
        session_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        next_attempt_at timestamptz NOT NULL,
        CONSTRAINT logout_deliveries_pkey PRIMARY KEY (id),
        CONSTRAINT logout_deliveries_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
      );
      CREATE INDEX logout_deliveries_client_id_idx ON logout_deliveries (client_id);
      CREATE INDEX logout_deliveries_next_attempt_at_idx ON logout_deliveries (next_attempt_at);
      ALTER TABLE sessions
        ADD COLUMN continues uuid,
        ADD CONSTRAINT sessions_continues_fkey FOREIGN KEY (continues) REFERENCES sessions (id) ON DELETE SET NULL;
      CREATE INDEX sessions_continues_idx ON sessions (continues);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX sessions_continues_idx;
      ALTER TABLE sessions DROP CONSTRAINT sessions_continues_fkey, DROP COLUMN continues;
      DROP TABLE logout_deliveries;`);
  }
}
