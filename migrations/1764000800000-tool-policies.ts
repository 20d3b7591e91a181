import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ToolPolicies1764000800000 implements MigrationInterface {
  name = 'ToolPolicies1764000800000';

  /** Whoever changes a policy locks the one row of the state, so that versions are in the order of the commits. */
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tool_policies (
        id uuid NOT NULL,
        name text NOT NULL,
        items text[] NOT NULL,
        clients text[],
        groups text[],
        users text[],
        rules jsonb NOT NULL,
        version integer NOT NULL DEFAULT 1,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT tool_policies_pkey PRIMARY KEY (id),
        CONSTRAINT tool_policies_name_key UNIQUE (name)
      );
      CREATE TABLE tool_policies_state (
        version bigint NOT NULL
      );
      INSERT INTO tool_policies_state (version) VALUES (0);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tool_policies_state; DROP TABLE tool_policies;');
  }
}
