import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an admin allowed a client beforehand, for everybody or for the people of a role. */
export class PreConsents1763800310000 implements MigrationInterface {
  name = 'PreConsents1763800310000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pre_consents (
        id uuid NOT NULL,
        client_id text NOT NULL,
        audience text NOT NULL,
        resource text NOT NULL,
        scopes text[] NOT NULL,
        client_fingerprint bytea,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL,
        CONSTRAINT pre_consents_pkey PRIMARY KEY (id),
        CONSTRAINT pre_consents_client_audience_resource_key UNIQUE (client_id, audience, resource),
        CONSTRAINT pre_consents_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
      );`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE pre_consents;');
  }
}
