import { Injectable } from '@nestjs/common';
import { GroupChanges, Rights, type ChangedGroup, type GroupView } from '../users/index.js';
import { found } from './admin-problem.js';
import type { Operator } from './admin-request.js';
import { checkTag } from './etag.js';
import { groupProblems } from './group-problem.js';
import type { ChangedGroupRequest, ChangedMembersRequest, NewGroupRequest } from './groups.request.js';
import { ChangedGroupResponse } from './groups.response.js';
import { given } from './paging.js';
import { RoleReach } from './role-reach.js';

/** Changes groups for operators. */
@Injectable()
export class GroupOperations {
  constructor(
    private readonly changes: GroupChanges,
    private readonly reach: RoleReach,
    private readonly rights: Rights,
  ) {}

  async create({ name, roles = [], members = [] }: NewGroupRequest, operator: Operator): Promise<Answered> {
    this.reach.check(roles, operator);
    const { actor } = operator;
    return this.answered(this.changes.create({ name, roles, members, origin: 'admin' }, { actor }));
  }

  async change(id: string, { name, roles }: ChangedGroupRequest, operator: Operator): Promise<Answered> {
    const decide = (before: GroupView) => {
      checkTag(operator.ifMatch, groupEtagOf(before));
      this.reach.check(roles?.filter((role) => !before.roles.includes(role)) ?? [], operator);
      return given({ name, roles });
    };
    return this.answered(this.changes.change(id, decide, { actor: operator.actor }));
  }

  async move(
    id: string,
    { add = [], remove = [] }: ChangedMembersRequest,
    operator: Operator,
  ): Promise<Answered> {
    const decide = (before: GroupView) => {
      checkTag(operator.ifMatch, groupEtagOf(before));
      if (add.length > 0) this.reach.check(before.roles, operator);
      const steps = [
        { op: 'remove', users: remove },
        { op: 'add', users: add },
      ] as const;
      return { members: { origin: 'admin', steps } } as const;
    };
    return this.answered(this.changes.change(id, decide, { actor: operator.actor }));
  }

  async remove(
    id: string,
    by: Parameters<GroupChanges['remove']>[2],
    { ifMatch }: Operator,
  ): Promise<Answered> {
    const check = (before: GroupView): void => checkTag(ifMatch, groupEtagOf(before));
    return this.answered(this.changes.remove(id, check, by));
  }

  /** The answer comes when what was taken away is refused everywhere. */
  private async answered(work: Promise<ChangedGroup | undefined>): Promise<Answered> {
    const { group, seq } = found(await groupProblems(work));
    const receipt = await this.rights.receipt(seq);
    return { answer: ChangedGroupResponse.from(group, receipt), etag: groupEtagOf(group) };
  }
}

interface Answered {
  readonly answer: ChangedGroupResponse;
  readonly etag: string;
}

/** RFC 9110 §8.8.3: another one after every change, of its members too. */
export const groupEtagOf = ({ version }: GroupView): string => `"${version}"`;
