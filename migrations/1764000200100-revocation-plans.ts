import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Revocations that are planned before they are applied, and what each replica says of what reached it. */
export class RevocationPlans1764000200100 implements MigrationInterface {
  name = 'RevocationPlans1764000200100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE revocation_plans (
        id uuid NOT NULL,
        selector jsonb NOT NULL,
        hash text NOT NULL,
        counts jsonb NOT NULL,
        approvals_needed integer NOT NULL,
        reason text,
        created_by_type text NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        applied_by_type text,
        applied_by text,
        applied_at timestamptz,
        applied_seq bigint,
        ended jsonb,
        CONSTRAINT revocation_plans_pkey PRIMARY KEY (id)
      );
      CREATE INDEX revocation_plans_applied_at_idx ON revocation_plans (applied_at);

      CREATE TABLE revocation_plan_approvals (
        plan_id uuid NOT NULL,
        approver text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT revocation_plan_approvals_pkey PRIMARY KEY (plan_id, approver),
        CONSTRAINT revocation_plan_approvals_plan_id_fkey FOREIGN KEY (plan_id)
          REFERENCES revocation_plans (id) ON DELETE CASCADE
      );

      CREATE TABLE revocation_acks (
        replica_id uuid NOT NULL,
        to_seq bigint NOT NULL,
        from_seq bigint NOT NULL,
        acked_at timestamptz NOT NULL,
        calls_ended integer NOT NULL,
        CONSTRAINT revocation_acks_pkey PRIMARY KEY (replica_id, to_seq)
      );
      CREATE INDEX revocation_acks_to_seq_idx ON revocation_acks (to_seq);`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE revocation_acks, revocation_plan_approvals, revocation_plans;');
  }
}
