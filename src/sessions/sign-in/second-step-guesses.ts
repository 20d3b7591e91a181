import { Injectable } from '@nestjs/common';
import { Journal, type Entry } from '../factors/journal.js';
import type { Person } from '../factors/person.js';
import type { Proof } from '../sessions.service.js';
import { CodeCheck } from './code-check.js';
import type { HalfSignedIn } from './second-step.js';
import { SecondStepThrottle } from './second-step-throttle.js';

export type GuessOutcome =
  { readonly proof: Proof } | { readonly wrong: true } | { readonly retryAfter: number };

/** Codes that are typed, counted and written down. */
@Injectable()
export class SecondStepGuesses {
  constructor(
    private readonly throttle: SecondStepThrottle,
    private readonly codes: CodeCheck,
    private readonly journal: Journal,
  ) {}

  async guess(who: HalfSignedIn, person: Person, typed: string): Promise<GuessOutcome> {
    const retryAfter = await this.throttle.refusal(who);
    if (retryAfter !== undefined) {
      const letter = (await this.throttle.isNews(who)) ? { letter: 'second_step_blocked' as const } : {};
      await this.failed(person, 'too_many_failures', { result: 'throttled', httpStatus: 429 }, letter);
      return { retryAfter };
    }
    const proof = await this.codes.check(person, typed);
    if (!proof) {
      await this.failed(person, 'wrong_code', { result: 'denied', httpStatus: 401 });
      return { wrong: true };
    }
    await this.throttle.right(who);
    return { proof };
  }

  /** `reason` is a snake_case code. */
  async failed(
    person: Person,
    reason: string,
    outcome: { result: 'denied' | 'throttled'; httpStatus: number },
    more: Pick<Entry, 'letter'> = {},
  ): Promise<void> {
    const entry: Entry = { type: 'auth.second_step.failed', outcome: { ...outcome, reason }, ...more };
    await this.journal.together((tx) => this.journal.write(tx, person, entry));
  }
}
