import { Injectable } from '@nestjs/common';
import { ScopeCatalogue, type ClientView } from '../oauth/index.js';
import { AdminProblem, invalidField } from './admin-problem.js';
import type { Operator } from './admin-request.js';

/** Nobody gets by way of a client more administration than they have themselves. */
@Injectable()
export class ClientReach {
  constructor(private readonly catalogue: ScopeCatalogue) {}

  /** @throws AdminProblem when the operator could not give these scopes to a client */
  checkGiven(field: string, scopes: readonly string[], operator: Operator): void {
    if (scopes.some((scope) => !this.catalogue.has(scope)))
      throw invalidField(field, 'has a scope that does not exist');
    this.check(scopes, operator, 'A client cannot be given admin scopes that its maker does not have');
  }

  /** @throws AdminProblem when the client can do what the operator cannot, and would be theirs */
  checkOwned({ scopes, allowedScopes }: ClientView, operator: Operator): void {
    const detail = 'This client has admin scopes that you do not have';
    this.check([...scopes, ...(allowedScopes ?? [])], operator, detail);
  }

  /** @throws AdminProblem when what gives these scopes to clients is not theirs to change */
  checkHeld(scopes: readonly string[], operator: Operator): void {
    this.check(scopes, operator, 'It gives clients admin scopes that you do not have');
  }

  private check(scopes: readonly string[], operator: Operator, detail: string): void {
    const admin = scopes.flatMap((scope) => administrationIn(scope, this.catalogue));
    if (this.catalogue.missing(operator.scopes, admin).length === 0) return;
    throw new AdminProblem('forbidden', { detail, reason: 'scope_escalation' });
  }
}

/** What somebody must have to hand a scope on. Provisioning can make administrators: it takes all there is. */
export function administrationIn(scope: string, catalogue: ScopeCatalogue): string[] {
  const { resource } = catalogue.get(scope) ?? {};
  if (resource === 'scim') return catalogue.administration('admin');
  return resource === 'admin' ? [scope] : [];
}
