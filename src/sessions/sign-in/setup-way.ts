import { Injectable } from '@nestjs/common';
import { PASSWORD_ACR } from '../acr.js';
import type { Exchange } from '../exchange.js';
import type { ConfirmedSecret } from '../factors/authenticator-forms.js';
import { FactorChanges } from '../factors/factor-changes.js';
import { Factors } from '../factors/factors.js';
import { PasskeyProofs, proofOf, type PasskeyAnswer } from '../factors/passkey-proofs.js';
import type { Person } from '../factors/person.js';
import { BY_APP } from './code-check.js';
import { SecondStepWay } from './second-step-way.js';
import type { HalfSignedIn } from './second-step.js';

interface Setup {
  readonly person: Person;
  readonly returnTo: string | undefined;
}

/** Sets up the first second factor of a person who is on the way in, and lets them in with it. */
@Injectable()
export class SetupWay {
  constructor(
    private readonly way: SecondStepWay,
    private readonly changes: FactorChanges,
    private readonly proofs: PasskeyProofs,
    private readonly factors: Factors,
  ) {}

  find(exchange: Exchange, returnTo: string | undefined): Promise<HalfSignedIn | undefined> {
    return this.way.findForSetup(exchange, returnTo);
  }

  canSkip({ account }: HalfSignedIn): boolean {
    return !this.factors.areRequiredOf(account);
  }

  /** An app that asks for more than a password does so as a wish. */
  async skip(exchange: Exchange, who: HalfSignedIn, returnTo: string | undefined): Promise<void> {
    await this.way.finish(exchange, who, { proof: { acr: PASSWORD_ACR, amr: ['pwd'] }, returnTo });
  }

  /** Answers the recovery codes; `undefined` when the browser was sent elsewhere. */
  async withAuthenticator(
    exchange: Exchange,
    who: HalfSignedIn,
    { person, returnTo, confirmed }: Setup & { confirmed: ConfirmedSecret },
  ): Promise<string[] | undefined> {
    if (!(await this.way.take(exchange, who, returnTo))) return undefined;
    const codes = await this.changes.addAuthenticator(person, confirmed, (tx) => this.way.holds(tx, who));
    if (!codes) {
      this.way.anew(exchange, returnTo);
      return undefined;
    }
    const isIn = await this.way.letIn(exchange, who, { proof: BY_APP, returnTo });
    return isIn ? codes : undefined;
  }

  /** False when the passkey was not taken and the page is to be shown again. */
  async withPasskey(
    exchange: Exchange,
    who: HalfSignedIn,
    { person, returnTo, answer }: Setup & { answer: PasskeyAnswer & { name?: string | undefined } },
  ): Promise<boolean> {
    const made = await this.proofs.made(exchange, 'setup', answer, person.userId);
    if (!made) return false;
    if (!(await this.way.take(exchange, who, returnTo))) return true;
    const isAdded = await this.changes.addPasskey(person, made, (tx) => this.way.holds(tx, who));
    if (isAdded === undefined) this.way.anew(exchange, returnTo);
    if (!isAdded) return isAdded === undefined;
    const proof = proofOf(made.passkey, ['pwd']);
    if (await this.way.letIn(exchange, who, { proof, returnTo })) this.way.goOn(exchange, returnTo);
    return true;
  }
}
