import type { MigrationInterface, QueryRunner } from 'typeorm';

export class InitialAccessTokens1763800200000 implements MigrationInterface {
  name = 'InitialAccessTokens1763800200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE initial_access_tokens (
        id uuid NOT NULL,
        digest bytea NOT NULL,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        expires_at timestamptz NOT NULL,
        max_uses integer NOT NULL,
        uses integer NOT NULL DEFAULT 0,
        trust_state text NOT NULL,
        scopes text[],
        note text,
        revoked_at timestamptz,
        CONSTRAINT initial_access_tokens_pkey PRIMARY KEY (id),
        CONSTRAINT initial_access_tokens_digest_key UNIQUE (digest)
      );
      CREATE INDEX initial_access_tokens_created_at_idx ON initial_access_tokens (created_at);
      CREATE INDEX clients_last_used_at_idx ON clients (last_used_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX clients_last_used_at_idx; DROP TABLE initial_access_tokens;');
  }
}
