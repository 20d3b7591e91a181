import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../audit/index.js';
import { Throttled } from '../../throttling/index.js';
import type { Exchange } from '../exchange.js';
import { PasskeyProofs, type PasskeyAnswer, type PasskeyOutcome } from '../factors/passkey-proofs.js';
import { WaysIn } from '../factors/ways-in.js';
import { LoginThrottle } from '../login-throttle.js';
import type { HalfSignedIn } from './second-step.js';

/** Signing in with a passkey: by itself, or after a password. */
@Injectable()
export class PasskeySteps {
  constructor(
    private readonly proofs: PasskeyProofs,
    private readonly throttle: LoginThrottle,
    private readonly ways: WaysIn,
    private readonly audit: AuditLog,
  ) {}

  /** @throws Throttled */
  async first(exchange: Exchange, answer: PasskeyAnswer): Promise<PasskeyOutcome> {
    await this.count(exchange);
    const outcome = await this.atHome(await this.proofs.asserted(exchange, 'login', answer));
    if ('refusal' in outcome)
      await this.audit.decide({
        type: 'auth.login.failed',
        outcome: { result: 'denied', reason: outcome.refusal, httpStatus: 401 },
        actor: { type: 'anonymous' },
      });
    return outcome;
  }

  /** Whoever belongs to an organisation that signs its people in is let in by it alone. */
  private async atHome(outcome: PasskeyOutcome): Promise<PasskeyOutcome> {
    if ('refusal' in outcome || (await this.ways.mayHaveOwn(outcome.account.email))) return outcome;
    return { refusal: 'provider_only' };
  }

  /** @throws Throttled */
  async second(
    exchange: Exchange,
    answer: PasskeyAnswer,
    { account }: HalfSignedIn,
  ): Promise<PasskeyOutcome> {
    await this.count(exchange);
    const outcome = await this.proofs.asserted(exchange, 'second-step', answer, account.id);
    if ('refusal' in outcome) return outcome;
    return { ...outcome, proof: { ...outcome.proof, amr: ['pwd', ...outcome.proof.amr] } };
  }

  /** A signature cannot be guessed; what is bounded here is the work. */
  private async count({ req }: Exchange): Promise<void> {
    const retryAfter = await this.throttle.tooManyFrom(req.ip ?? '');
    if (retryAfter !== undefined) throw new Throttled('login-address', retryAfter);
  }
}
