import type { MigrationInterface, QueryRunner } from 'typeorm';

/** RFC 9126: authorization requests that clients left here before they send the browser. */
export class PushedRequests1763800300000 implements MigrationInterface {
  name = 'PushedRequests1763800300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE pushed_requests (
        digest bytea NOT NULL,
        client_id text NOT NULL,
        params jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        opened_at timestamptz,
        browser bytea,
        CONSTRAINT pushed_requests_pkey PRIMARY KEY (digest),
        CONSTRAINT pushed_requests_client_id_fkey FOREIGN KEY (client_id) REFERENCES clients (id) ON DELETE CASCADE
      );
      CREATE INDEX pushed_requests_client_id_idx ON pushed_requests (client_id);
      CREATE INDEX pushed_requests_expires_at_idx ON pushed_requests (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE pushed_requests;');
  }
}
