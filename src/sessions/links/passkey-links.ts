import { GoneException, Injectable } from '@nestjs/common';
import type { Exchange } from '../exchange.js';
import { FactorChanges } from '../factors/factor-changes.js';
import { PasskeyProofs, proofOf, type PasskeyAnswer } from '../factors/passkey-proofs.js';
import { SignInSteps } from '../sign-in/sign-in-steps.js';
import { LinkUses } from './link-uses.js';
import type { LinkVisit } from './link-visit.js';

/** Links by which somebody who was invited makes a passkey their first way in. */
@Injectable()
export class PasskeyLinks {
  constructor(
    private readonly proofs: PasskeyProofs,
    private readonly changes: FactorChanges,
    private readonly uses: LinkUses,
    private readonly steps: SignInSteps,
  ) {}

  /** False when the passkey was not taken; the link is still good then. */
  async accept(exchange: Exchange, visit: LinkVisit, answer: PasskeyAnswer): Promise<boolean> {
    const { person, token, account, link } = visit;
    if (link.purpose !== 'invite') throw new GoneException();
    const made = await this.proofs.made(exchange, 'invite', answer, person.userId);
    if (!made) return false;
    const isDone = await this.uses.accept(person, token, (tx) => this.changes.addPasskeyIn(tx, person, made));
    if (!isDone) throw new GoneException();
    await this.steps.letIn(exchange, account, { proof: proofOf(made.passkey), returnTo: undefined });
    return true;
  }
}
