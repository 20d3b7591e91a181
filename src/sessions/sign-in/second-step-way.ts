import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Exchange } from '../exchange.js';
import type { Proof } from '../sessions.service.js';
import { SecondStep, type HalfSignedIn } from './second-step.js';
import { SignInNeeds, type Offers } from './sign-in-needs.js';
import { SignInSteps } from './sign-in-steps.js';

/** From a right password to the session, and back to the beginning when too much time has passed. */
@Injectable()
export class SecondStepWay {
  constructor(
    private readonly second: SecondStep,
    private readonly steps: SignInSteps,
    private readonly needs: SignInNeeds,
  ) {}

  /** Who is on the way; sends the browser back to the sign-in when nobody is. */
  async find(exchange: Exchange, returnTo: string | undefined): Promise<HalfSignedIn | undefined> {
    const who = await this.second.find(exchange);
    if (!who) this.steps.anew(exchange, returnTo);
    return who;
  }

  /** The same, for who has no second factor at all: a password alone never adds one to another. */
  async findForSetup(exchange: Exchange, returnTo: string | undefined): Promise<HalfSignedIn | undefined> {
    const who = await this.find(exchange, returnTo);
    if (!who || (await this.needs.afterPassword(who.account, returnTo)) !== 'second_step') return who;
    this.steps.go(exchange, '/login/second', returnTo);
    return undefined;
  }

  offers({ account }: HalfSignedIn, returnTo: string | undefined): Promise<Offers> {
    return this.needs.offers(account, returnTo);
  }

  async finish(
    exchange: Exchange,
    who: HalfSignedIn,
    { proof, returnTo }: { proof: Proof; returnTo: string | undefined },
  ): Promise<void> {
    if (!(await this.take(exchange, who, returnTo))) return;
    if (await this.letIn(exchange, who, { proof, returnTo })) this.goOn(exchange, returnTo);
  }

  /** Sends the browser back to the sign-in when something has come in between. */
  async letIn(
    exchange: Exchange,
    who: HalfSignedIn,
    { proof, returnTo }: { proof: Proof; returnTo: string | undefined },
  ): Promise<boolean> {
    const isIn = await this.second.letIn(exchange, who, proof);
    if (!isIn) this.steps.anew(exchange, returnTo);
    return isIn;
  }

  anew(exchange: Exchange, returnTo: string | undefined): void {
    this.steps.anew(exchange, returnTo);
  }

  goOn({ res }: Exchange, returnTo: string | undefined): void {
    res.redirect(303, this.steps.target(returnTo));
  }

  /** For what is changed on the way: see `SecondStep.holds`. */
  holds(tx: EntityManager, who: HalfSignedIn): Promise<boolean> {
    return this.second.holds(tx, who);
  }

  /** What comes after is done once; sends the browser back to the sign-in when it has been done. */
  async take(exchange: Exchange, who: HalfSignedIn, returnTo: string | undefined): Promise<boolean> {
    const isTaken = await this.second.take(exchange, who);
    if (!isTaken) this.steps.anew(exchange, returnTo);
    return isTaken;
  }
}
