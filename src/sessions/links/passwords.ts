import { Injectable } from '@nestjs/common';
import { Credentials, PasswordPolicy, type PasswordProblem } from '../../users/index.js';

export type PasswordOutcome = { readonly hash: string } | { readonly problem: PasswordProblem };

/** Looks at a password that somebody chose, and hashes it when it may be had. */
@Injectable()
export class Passwords {
  constructor(
    private readonly policy: PasswordPolicy,
    private readonly credentials: Credentials,
  ) {}

  get minLength(): number {
    return this.policy.minLength;
  }

  /** @throws PasswordQueueFull when too many people choose one right now */
  async prepare(password: string, person: { email: string; name?: string }): Promise<PasswordOutcome> {
    const problem = await this.policy.problemOf(password, person);
    return problem ? { problem } : { hash: await this.credentials.hash(password) };
  }
}
