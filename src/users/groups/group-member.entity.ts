import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../user.entity.js';
import { Group } from './group.entity.js';

/**
 * Who said that somebody is in a group: a provisioning client, an operator, or an identity provider (`sso:` and its
 * id). Each of them takes back only what it said itself.
 */
export type MemberOrigin = 'scim' | 'admin' | `sso:${string}`;

/** That somebody is in a group, once for each who says so. */
@Entity('group_members')
@Index('group_members_user_id_idx', ['userId'])
export class GroupMember {
  @PrimaryColumn('uuid', { name: 'group_id', primaryKeyConstraintName: 'group_members_pkey' })
  groupId!: string;
  @ManyToOne(() => Group, { onDelete: 'CASCADE', onUpdate: 'CASCADE' })
  @JoinColumn({ name: 'group_id', foreignKeyConstraintName: 'group_members_group_id_fkey' })
  group?: Relation<Group>;
  @PrimaryColumn('uuid', { name: 'user_id', primaryKeyConstraintName: 'group_members_pkey' }) userId!: string;
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'group_members_user_id_fkey' })
  user?: Relation<User>;
  @PrimaryColumn('text', { primaryKeyConstraintName: 'group_members_pkey' }) origin!: MemberOrigin;
  @Column('timestamptz', { name: 'added_at' }) addedAt!: Date;
}
