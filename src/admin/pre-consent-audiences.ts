import { Injectable } from '@nestjs/common';
import { groupAudience, groupOfAudience } from '../oauth/index.js';
import { GroupsService } from '../users/index.js';
import { invalidField } from './admin-problem.js';

/** Whom operators decide for. */
@Injectable()
export class PreConsentAudiences {
  constructor(private readonly groups: GroupsService) {}

  /**
   * As it is kept: a group is given by its name, however that is written.
   * @throws AdminProblem when there is no such group
   */
  async settle(audience: string): Promise<string> {
    const key = groupOfAudience(audience);
    if (key === undefined) return audience;
    if (!(await this.groups.isNamed(key))) throw invalidField('audience', 'names a group that there is not');
    return groupAudience(key);
  }
}
