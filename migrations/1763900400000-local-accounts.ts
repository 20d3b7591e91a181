import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Letters that wait, and the links in them. */
const LETTERS = `
  CREATE TABLE mail_outbox (
    id uuid NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    CONSTRAINT mail_outbox_pkey PRIMARY KEY (id)
  );
  CREATE INDEX mail_outbox_next_attempt_at_idx ON mail_outbox (next_attempt_at);

  CREATE TABLE one_time_links (
    digest bytea NOT NULL,
    purpose text NOT NULL,
    user_id uuid NOT NULL,
    email text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT one_time_links_pkey PRIMARY KEY (digest),
    CONSTRAINT one_time_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  );
  CREATE INDEX one_time_links_user_id_idx ON one_time_links (user_id);
  CREATE INDEX one_time_links_expires_at_idx ON one_time_links (expires_at);`;

/** What people prove themselves with beside a password. */
const FACTORS = `
  CREATE TABLE passkeys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    user_handle bytea NOT NULL,
    public_key bytea NOT NULL,
    counter bigint NOT NULL,
    transports text[] NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    aaguid uuid NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT passkeys_pkey PRIMARY KEY (id),
    CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id),
    CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  );
  CREATE INDEX passkeys_user_id_idx ON passkeys (user_id);

  CREATE TABLE authenticators (
    user_id uuid NOT NULL,
    sealed bytea NOT NULL,
    last_step bigint NOT NULL,
    created_at timestamptz NOT NULL,
    last_used_at timestamptz,
    CONSTRAINT authenticators_pkey PRIMARY KEY (user_id),
    CONSTRAINT authenticators_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  );

  CREATE TABLE recovery_codes (
    digest bytea NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (digest),
    CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
  );
  CREATE INDEX recovery_codes_user_id_idx ON recovery_codes (user_id);

  CREATE TABLE spent_tickets (
    digest bytea NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT spent_tickets_pkey PRIMARY KEY (digest)
  );
  CREATE INDEX spent_tickets_expires_at_idx ON spent_tickets (expires_at);`;

export class LocalAccounts1763900400000 implements MigrationInterface {
  name = 'LocalAccounts1763900400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(LETTERS);
    await runner.query(FACTORS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE spent_tickets;
      DROP TABLE recovery_codes;
      DROP TABLE authenticators;
      DROP TABLE passkeys;
      DROP TABLE one_time_links;
      DROP TABLE mail_outbox;`);
  }
}
