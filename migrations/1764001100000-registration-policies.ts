import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rules about applications that register themselves, as operators set them. */
export class RegistrationPolicies1764001100000 implements MigrationInterface {
  name = 'RegistrationPolicies1764001100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE registration_policies (
        id uuid NOT NULL,
        name text NOT NULL,
        position integer NOT NULL,
        match jsonb NOT NULL,
        trust text NOT NULL,
        scopes text[],
        redirects text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT registration_policies_pkey PRIMARY KEY (id)
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE registration_policies;');
  }
}
