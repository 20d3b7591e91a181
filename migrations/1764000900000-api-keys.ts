import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keys that people and services show at a resource in place of an access token. */
export class ApiKeys1764000900000 implements MigrationInterface {
  name = 'ApiKeys1764000900000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_keys (
        id uuid NOT NULL,
        digest bytea NOT NULL,
        name text NOT NULL,
        user_id uuid,
        client_id text,
        resource text NOT NULL,
        scopes text[] NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        last_used_ip text,
        revoked_at timestamptz,
        revoked_reason text,
        CONSTRAINT api_keys_pkey PRIMARY KEY (id),
        CONSTRAINT api_keys_digest_key UNIQUE (digest),
        CONSTRAINT api_keys_owner_check CHECK (num_nonnulls(user_id, client_id) = 1),
        CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT api_keys_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
      );
      CREATE INDEX api_keys_user_id_idx ON api_keys (user_id);
      CREATE INDEX api_keys_client_id_idx ON api_keys (client_id);
      CREATE INDEX api_keys_expires_at_idx ON api_keys (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys');
  }
}
