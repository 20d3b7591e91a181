import { Injectable } from '@nestjs/common';
import { Throttled } from '../../throttling/index.js';
import { Credentials, PasswordPolicy, PasswordQueueFull, type PasswordProblem } from '../../users/index.js';

const RETRY_AFTER = 5;

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

  /** @throws Throttled when too many people choose one right now */
  async prepare(password: string, person: { email: string; name?: string }): Promise<PasswordOutcome> {
    try {
      const problem = await this.policy.problemOf(password, person);
      return problem ? { problem } : { hash: await this.credentials.hash(password) };
    } catch (error) {
      if (error instanceof PasswordQueueFull) throw new Throttled('passwords', RETRY_AFTER);
      throw error;
    }
  }
}
