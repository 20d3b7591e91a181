import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists of grants in their order from an index, among a million of them. */
export class GrantSearches1764000300000 implements MigrationInterface {
  name = 'GrantSearches1764000300000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX grants_user_id_id_idx ON grants (user_id, id);
      CREATE INDEX grants_client_id_id_idx ON grants (client_id, id);
      CREATE INDEX grants_session_id_id_idx ON grants (session_id, id);
      CREATE INDEX grants_living_idx ON grants (id) WHERE (revoked_at IS NULL);
      CREATE INDEX grants_scopes_idx ON grants USING gin (scopes);
      DROP INDEX grants_user_id_idx, grants_client_id_idx, grants_session_id_idx;`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX grants_user_id_idx ON grants (user_id);
      CREATE INDEX grants_client_id_idx ON grants (client_id);
      CREATE INDEX grants_session_id_idx ON grants (session_id);
      DROP INDEX grants_user_id_id_idx, grants_client_id_id_idx, grants_session_id_id_idx, grants_living_idx,
        grants_scopes_idx;`);
  }
}
