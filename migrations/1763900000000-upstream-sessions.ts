import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UpstreamSessions1763900000000 implements MigrationInterface {
  name = 'UpstreamSessions1763900000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sessions ADD COLUMN idp_subject text, ADD COLUMN idp_session text;
      CREATE INDEX sessions_idp_subject_idx ON sessions (idp, idp_subject);
      CREATE INDEX sessions_idp_session_idx ON sessions (idp, idp_session);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX sessions_idp_session_idx, sessions_idp_subject_idx;
      ALTER TABLE sessions DROP COLUMN idp_session, DROP COLUMN idp_subject;`);
  }
}
