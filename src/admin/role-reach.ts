import { Injectable } from '@nestjs/common';
import type { Role } from '../config/index.js';
import { ScopeCatalogue } from '../oauth/index.js';
import { AdminProblem } from './admin-problem.js';
import type { Operator } from './admin-request.js';

/** Nobody gets by way of a role more administration than they have themselves. */
@Injectable()
export class RoleReach {
  constructor(private readonly catalogue: ScopeCatalogue) {}

  /** @throws AdminProblem when these roles give what the operator does not have */
  check(roles: readonly Role[], operator: Operator): void {
    const given = roles.flatMap((role) => this.catalogue.administration(role));
    if (this.catalogue.missing(operator.scopes, given).length === 0) return;
    throw new AdminProblem('forbidden', {
      detail: 'Roles can only be given by those who have the scopes that they give',
      reason: 'scope_escalation',
    });
  }
}
