import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a provisioning client (SCIM) says of people, and the tokens such clients come with. */
export class Provisioning1763900310000 implements MigrationInterface {
  name = 'Provisioning1763900310000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        ADD COLUMN external_id text,
        ADD COLUMN user_name text,
        ADD COLUMN user_name_key text,
        ADD COLUMN scim_profile jsonb,
        ADD COLUMN disabled_origin text,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD CONSTRAINT users_user_name_key_key UNIQUE (user_name_key);
      CREATE INDEX users_external_id_idx ON users (external_id);
      UPDATE users SET updated_at = created_at;
      UPDATE users SET disabled_origin = 'admin' WHERE disabled_at IS NOT NULL;

      -- Whoever changes what a provisioning client sees of a person need not think of the version it saw.
      CREATE FUNCTION users_touch() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.updated_at := now();
        NEW.version := OLD.version + 1;
        RETURN NEW;
      END $$;
      CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW
        WHEN ((OLD.email, OLD.name, OLD.disabled_at, OLD.external_id, OLD.user_name, OLD.scim_profile)
          IS DISTINCT FROM (NEW.email, NEW.name, NEW.disabled_at, NEW.external_id, NEW.user_name, NEW.scim_profile))
        EXECUTE FUNCTION users_touch();

      CREATE TABLE scim_tokens (
        id uuid NOT NULL,
        digest bytea NOT NULL,
        note text NOT NULL,
        vouches_for text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        expires_at timestamptz NOT NULL,
        last_used_at timestamptz,
        last_used_ip text,
        revoked_at timestamptz,
        CONSTRAINT scim_tokens_pkey PRIMARY KEY (id),
        CONSTRAINT scim_tokens_digest_key UNIQUE (digest)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE scim_tokens;
      DROP TRIGGER users_touch ON users;
      DROP FUNCTION users_touch();
      ALTER TABLE users
        DROP COLUMN external_id,
        DROP COLUMN user_name,
        DROP COLUMN user_name_key,
        DROP COLUMN scim_profile,
        DROP COLUMN disabled_origin,
        DROP COLUMN updated_at,
        DROP COLUMN version;`);
  }
}
