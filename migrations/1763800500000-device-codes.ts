import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DeviceCodes1763800500000 implements MigrationInterface {
  name = 'DeviceCodes1763800500000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE device_codes (
        digest bytea NOT NULL,
        user_code_mac bytea,
        client_id text NOT NULL,
        resource text NOT NULL,
        scopes text[] NOT NULL,
        interval_seconds integer NOT NULL,
        last_polled_at timestamptz,
        ip text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        decided_at timestamptz,
        grant_id uuid,
        used_at timestamptz,
        CONSTRAINT device_codes_pkey PRIMARY KEY (digest),
        CONSTRAINT device_codes_user_code_mac_key UNIQUE (user_code_mac),
        CONSTRAINT device_codes_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE,
        CONSTRAINT device_codes_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES grants (id) ON DELETE CASCADE
      );
      CREATE INDEX device_codes_client_id_idx ON device_codes (client_id);
      CREATE INDEX device_codes_grant_id_idx ON device_codes (grant_id);
      CREATE INDEX device_codes_expires_at_idx ON device_codes (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device_codes;');
  }
}
