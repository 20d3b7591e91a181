import { GroupIsConfigured, GroupNameTaken, LastAdmin, NoSuchPeople } from '../users/index.js';
import { AdminProblem, invalidField } from './admin-problem.js';

/** @throws AdminProblem in place of what the people room refuses */
export async function groupProblems<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw groupProblemOf(error);
  }
}

function groupProblemOf(error: unknown): unknown {
  if (error instanceof LastAdmin)
    return conflict('Nobody who may sign in would be left with the role admin', 'last_admin');
  if (error instanceof GroupNameTaken) return conflict('There is a group of this name', 'name_taken');
  if (error instanceof GroupIsConfigured)
    return new AdminProblem('forbidden', {
      detail: 'The configuration file says what this group is; change it there',
      reason: 'configured_group',
    });
  if (error instanceof NoSuchPeople) return invalidField('members', 'has somebody who is not known here');
  return error;
}

const conflict = (detail: string, reason: string): AdminProblem =>
  new AdminProblem('conflict', { detail, reason });
