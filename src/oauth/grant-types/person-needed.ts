import { Injectable } from '@nestjs/common';
import { SignInWays } from '../../sessions/index.js';
import { StepUp } from '../grants/step-up.js';
import type { RefreshState } from './refresh-rotation.js';

/** Why a refresh is not enough and the person has to come back. */
@Injectable()
export class PersonNeeded {
  constructor(
    private readonly stepUp: StepUp,
    private readonly ways: SignInWays,
  ) {}

  /** A reason for the log; `undefined` when the app may go on by itself. */
  async why(state: RefreshState): Promise<string | undefined> {
    if (await this.isSignInTooOld(state)) return 'sign_in_too_old';
    return (await this.stepUp.answers(state.grant_id, state.step_up_at))
      ? 'step_up_needs_the_person'
      : undefined;
  }

  /** The provider that vouched when this was allowed has not done so for longer than it is set to. */
  private async isSignInTooOld({ idp, vouched_at }: RefreshState): Promise<boolean> {
    if (idp === null) return false;
    const limit = (await this.ways.list()).find(({ id }) => id === idp)?.signInEvery;
    return limit !== undefined && (vouched_at?.getTime() ?? 0) < Date.now() - limit * 1_000;
  }
}
