import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { SessionsService, type SignedIn } from '../../sessions/index.js';
import { Authorization } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { Interaction, type NextStep } from './interaction.js';

/** Where a request stands with the person at this browser. */
@Injectable()
export class ConsentSteps {
  constructor(
    private readonly sessions: SessionsService,
    private readonly interaction: Interaction,
    private readonly authorization: Authorization,
  ) {}

  async find(
    req: Request,
    request: AuthorizationRequest,
  ): Promise<{ person: SignedIn | undefined; next: NextStep }> {
    const person = await this.sessions.resolve(req);
    return { person, next: await this.interaction.next(request, person) };
  }

  deny(request: AuthorizationRequest, person: SignedIn): Promise<void> {
    return this.authorization.deny(request, person);
  }
}
