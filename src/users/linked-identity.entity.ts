import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, Unique, type Relation } from 'typeorm';
import { User } from './user.entity.js';

/** A person as an identity provider knows them. The pair of issuer and subject is the identity, never the e-mail address. */
@Entity('linked_identities')
@Unique('linked_identities_issuer_subject_key', ['issuer', 'subject'])
@Index('linked_identities_user_id_idx', ['userId'])
export class LinkedIdentity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'linked_identities_pkey' }) id!: string;
  @Column('uuid', { name: 'user_id' }) userId!: string;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'linked_identities_user_id_fkey' })
  user?: Relation<User>;
  /** Id of the provider in the configuration. */
  @Column('text') provider!: string;
  @Column('text') issuer!: string;
  @Column('text') subject!: string;
  @Column('text', { nullable: true }) email!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'last_login_at', nullable: true }) lastLoginAt!: Date | null;
}
