import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Requests that act once however often they are sent, with their sealed answers. */
export class IdempotentAnswers1764000200000 implements MigrationInterface {
  name = 'IdempotentAnswers1764000200000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotent_answers (
        key bytea NOT NULL,
        request_mac bytea NOT NULL,
        answer bytea,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT idempotent_answers_pkey PRIMARY KEY (key)
      );
      CREATE INDEX idempotent_answers_expires_at_idx ON idempotent_answers (expires_at);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotent_answers;');
  }
}
