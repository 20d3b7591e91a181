import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { RevocationPlan } from './revocation-plan.entity.js';

/** Somebody else's yes to a plan as it was then. */
@Entity('revocation_plan_approvals')
export class PlanApproval {
  @PrimaryColumn('uuid', { name: 'plan_id', primaryKeyConstraintName: 'revocation_plan_approvals_pkey' })
  planId!: string;
  @ManyToOne(() => RevocationPlan, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'plan_id', foreignKeyConstraintName: 'revocation_plan_approvals_plan_id_fkey' })
  plan?: Relation<RevocationPlan>;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'revocation_plan_approvals_pkey' }) approver!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
}
