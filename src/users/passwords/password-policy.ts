import { Injectable } from '@nestjs/common';
import { AppConfig, isCommonPassword } from '../../config/index.js';
import { MAX_PASSWORD } from '../password.js';
import { BreachedPasswords } from './breached-passwords.js';
import { PasswordStrength } from './password-strength.js';

/** Why somebody may not have a password; each has its words on the pages. */
export type PasswordProblem = 'too_short' | 'too_long' | 'too_weak' | 'breached';

const MIN_SCORE = 3;
const MAX_CONTEXT = 24;
/** So many characters have to be the person’s own idea. */
const MIN_OWN = 8;

/** What people may choose as their password (NIST SP 800-63B §5.1.1.2: length and strength, no rules of composition). */
@Injectable()
export class PasswordPolicy {
  constructor(
    private readonly config: AppConfig,
    private readonly strength: PasswordStrength,
    private readonly breached: BreachedPasswords,
  ) {}

  get minLength(): number {
    return this.config.policies.passwords.minLength;
  }

  /** @throws PasswordQueueFull when too many passwords are being looked at */
  async problemOf(
    password: string,
    person: { readonly email: string; readonly name?: string },
  ): Promise<PasswordProblem | undefined> {
    const normal = password.normalize('NFKC');
    if (password.length > MAX_PASSWORD || normal.length > MAX_PASSWORD) return 'too_long';
    if (Array.from(normal).length < this.minLength) return 'too_short';
    const context = this.contextOf(person);
    if (isCommonPassword(normal) || isMadeOf(normal, context)) return 'too_weak';
    const score = await this.strength.score(normal, context);
    if (score < MIN_SCORE) return 'too_weak';
    return (await this.breached.has(password)) ? 'breached' : undefined;
  }

  /** What somebody who knows the person and this server would try first. */
  private contextOf({ email, name = '' }: { email: string; name?: string }): string[] {
    const { brand, publicUrl } = this.config;
    const words = [email, ...email.split(/[@.+_-]/), name, ...name.split(/\s+/)];
    const own = [brand.name, ...brand.name.split(/\s+/), 'gatehouse', new URL(publicUrl).hostname];
    return [...new Set([...words, ...own])]
      .filter((word) => word.length > 2)
      .map((word) => word.slice(0, 64))
      .slice(0, MAX_CONTEXT);
  }
}

/** Little is left when the names of the person and of this server are taken out. */
function isMadeOf(password: string, context: readonly string[]): boolean {
  const longestFirst = context.map((word) => word.toLowerCase()).sort((a, b) => b.length - a.length);
  const rest = longestFirst.reduce((left, word) => left.replaceAll(word, ''), password.toLowerCase());
  return rest.length < Math.min(MIN_OWN, password.length);
}
