import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { SessionsService, type SignedIn } from '../../sessions/index.js';
import { ScopeCatalogue } from '../scope-catalogue.js';
import type { Allowed } from './authorization.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { Interaction, type NextStep, type Question } from './interaction.js';
import { narrowed } from './narrowing.js';

/** Where a request stands with the person at this browser, and what their yes means. */
@Injectable()
export class ConsentSteps {
  constructor(
    private readonly sessions: SessionsService,
    private readonly interaction: Interaction,
    private readonly catalogue: ScopeCatalogue,
  ) {}

  async find(
    req: Request,
    request: AuthorizationRequest,
  ): Promise<{ person: SignedIn | undefined; next: NextStep }> {
    const person = await this.sessions.resolve(req);
    return { person, next: await this.interaction.next(request, person) };
  }

  /** What an admin approved beforehand is no decision of the person's, and is not remembered as one. */
  allowed(question: Question, leftOut: readonly string[]): Allowed {
    const scopes = narrowed(question, leftOut, this.catalogue);
    const said = scopes.filter((scope) => !question.preapproved.includes(scope));
    return { scopes, how: 'asked', said };
  }
}
