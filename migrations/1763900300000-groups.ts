import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Groups and who is in them; what roles people were given themselves, beside those of their groups. */
export class Groups1763900300000 implements MigrationInterface {
  name = 'Groups1763900300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE groups (
        id uuid NOT NULL,
        name text NOT NULL,
        name_key text NOT NULL,
        external_id text,
        origin text NOT NULL,
        configured boolean NOT NULL DEFAULT false,
        roles text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL DEFAULT 1,
        CONSTRAINT groups_pkey PRIMARY KEY (id),
        CONSTRAINT groups_name_key_key UNIQUE (name_key)
      );
      CREATE INDEX groups_external_id_idx ON groups (external_id);

      CREATE TABLE group_members (
        group_id uuid NOT NULL,
        user_id uuid NOT NULL,
        origin text NOT NULL,
        added_at timestamptz NOT NULL,
        CONSTRAINT group_members_pkey PRIMARY KEY (group_id, user_id, origin),
        CONSTRAINT group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups (id)
          ON DELETE CASCADE ON UPDATE CASCADE,
        CONSTRAINT group_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      );
      CREATE INDEX group_members_user_id_idx ON group_members (user_id);

      ALTER TABLE users ADD COLUMN assigned_roles text[] NOT NULL DEFAULT '{}';
      UPDATE users SET assigned_roles = roles;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users DROP COLUMN assigned_roles;
      DROP TABLE group_members;
      DROP TABLE groups;`);
  }
}
