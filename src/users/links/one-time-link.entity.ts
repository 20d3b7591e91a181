import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../user.entity.js';
import type { LinkPurpose } from './link-purpose.js';

/** A link that was sent to an address and proves, once, that somebody reads what arrives there. */
@Entity('one_time_links')
@Index('one_time_links_user_id_idx', ['userId'])
@Index('one_time_links_expires_at_idx', ['expiresAt'])
export class OneTimeLink {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'one_time_links_pkey' }) digest!: Buffer;
  @Column('text') purpose!: LinkPurpose;
  @Column('uuid', { name: 'user_id' }) userId!: string;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'one_time_links_user_id_fkey' })
  user?: Relation<User>;
  /** Where it was sent. What proves an address is worth nothing once the person has another. */
  @Column('text') email!: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date;
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt!: Date | null;
}
