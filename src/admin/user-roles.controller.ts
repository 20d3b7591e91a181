import { Body, Param, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiPropertyOptional } from '@nestjs/swagger';
import type { Role } from '../config/index.js';
import { Rights, RoleAssignments, UsersService, type Account } from '../users/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { AskedBy, by, type Operator } from './admin-request.js';
import { EndRequest } from './end.request.js';
import { ReceiptResponse } from './ended.response.js';
import { checkTag, TakesIfMatch } from './etag.js';
import { groupProblems } from './group-problem.js';
import { OptionalRoles } from './groups.request.js';
import { UuidParam } from './ids.js';
import { RequireRecentSignIn } from './recent-sign-in.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { RoleReach } from './role-reach.js';
import { userEtagOf } from './user-etag.js';
import { UserResponse } from './users.response.js';

class ChangedRolesRequest extends EndRequest {
  @OptionalRoles('Assigned to the person, beside those of their groups; in place of those before')
  roles?: Role[];
}

class ChangedUserResponse extends UserResponse {
  @ApiPropertyOptional({
    type: ReceiptResponse,
    description: 'There when the person lost a role: which processes refuse what they had',
  })
  receipt?: ReceiptResponse;
}

@AdminController('users')
export class UserRolesController {
  constructor(
    private readonly users: UsersService,
    private readonly assignments: RoleAssignments,
    private readonly reach: RoleReach,
    private readonly rights: Rights,
  ) {}

  @Patch(':id')
  @RequireRecentSignIn()
  @RequireAdminScope('admin:users')
  @ApiOperation({ summary: 'Assign roles to a person; what they lose by it ends at once' })
  @ApiOkResponse({ type: ChangedUserResponse })
  @TakesIfMatch()
  async assign(
    @Param('id', UuidParam) id: string,
    @Body() { roles, ...why }: ChangedRolesRequest,
    @AskedBy() operator: Operator,
  ): Promise<ChangedUserResponse> {
    const decide = (before: Account): readonly Role[] => {
      checkTag(operator.ifMatch, userEtagOf(before));
      const wanted = roles ?? before.assignedRoles;
      const added = wanted.filter((role) => !before.assignedRoles.includes(role));
      this.reach.check(added, operator);
      return wanted;
    };
    const act = this.assignments.assign(id, decide, by(operator, why));
    const { seq } = found(await groupProblems(act));
    const receipt = await this.rights.receipt(seq);
    const user = UserResponse.of(found(await this.users.find(id)));
    return { ...user, ...(receipt && { receipt: ReceiptResponse.of(receipt) }) };
  }
}
