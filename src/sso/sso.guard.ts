import {
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { LinkingProof } from '../sessions/index.js';
import { timeOfSignIn } from './fresh-sign-in.js';
import type { LiveProvider } from './live-provider.js';
import type { Assertion, SsoProvider } from './providers/provider.js';
import { RelayedForms } from './relayed-forms.js';
import { SsoAudit } from './sso-audit.js';
import { SignInRejected, SsoFailure } from './sso-failure.js';
import { flowOf, type RunningFlow } from './sso-flow.js';
import { SsoFlows } from './sso-flows.js';
import { SsoProviders } from './sso-providers.js';

type FlowRequest = Request & { session?: RunningFlow };

/** Hands the request to the Passport strategy of the provider in its path. */
@Injectable()
abstract class SsoGuard implements CanActivate {
  constructor(
    private readonly providers: SsoProviders,
    private readonly audit: SsoAudit,
    protected readonly flows: SsoFlows,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const [req, res] = [http.getRequest<FlowRequest>(), http.getResponse<Response>()];
    const live = await this.providers.find(req.params['provider']);
    if (!live) throw new NotFoundException();
    const { provider } = live;
    res.setHeader('Cache-Control', 'no-store');
    try {
      req.session = await this.flow(req, res, provider.id);
      await this.collect(req, provider);
      const strategy = await provider.ready();
      const goesOn = (await new (AuthGuard(strategy))().canActivate(context)) as boolean;
      await this.settle(req, live);
      return goesOn;
    } catch (error) {
      if (!(error instanceof SsoFailure)) throw error;
      const { returnTo, maxAge, link } = req.session ?? {};
      if (returnTo !== undefined) error.returnTo = returnTo;
      if (maxAge !== undefined) error.maxAge = maxAge;
      if (link) error.isLink = true;
      await this.audit.failed(provider.id, error);
      throw error;
    }
  }

  protected abstract flow(req: Request, res: Response, provider: string): RunningFlow | Promise<RunningFlow>;

  /** Brings together what the strategy needs beside the flow. @throws SsoFailure */
  protected abstract collect(req: FlowRequest, provider: SsoProvider): Promise<void>;

  /** What is still to be looked at once the strategy is content. @throws SsoFailure */
  protected abstract settle(req: FlowRequest, live: LiveProvider): void | Promise<void>;
}

/** Sends the browser to the provider: the strategy answers, the handler is not reached. */
@Injectable()
export class SsoStartGuard extends SsoGuard {
  protected flow(req: Request, res: Response, provider: string): RunningFlow | Promise<RunningFlow> {
    return this.flows.begin(req, res, provider);
  }

  protected collect(): Promise<void> {
    return Promise.resolve();
  }

  protected settle(): void {
    // Not reached: the browser is on its way.
  }
}

/** The same, to connect what is proved there to the account of whoever asks. */
@Injectable()
export class SsoLinkGuard extends SsoStartGuard {
  constructor(
    providers: SsoProviders,
    audit: SsoAudit,
    flows: SsoFlows,
    private readonly proof: LinkingProof,
  ) {
    super(providers, audit, flows);
  }

  /** @throws ForbiddenException when nobody asked for it here and now */
  protected override async flow(req: Request, res: Response, provider: string): Promise<RunningFlow> {
    const person = await this.proof.read(req, provider, req.query['proof']);
    if (!person) throw new ForbiddenException('not_fresh');
    const { userId, sessionId } = person;
    return this.flows.begin(req, res, provider, { userId, sessionId });
  }
}

/** Checks what the browser brings back, and leaves the assertion on the request. */
@Injectable()
export class SsoCallbackGuard extends SsoGuard {
  constructor(
    providers: SsoProviders,
    audit: SsoAudit,
    flows: SsoFlows,
    private readonly forms: RelayedForms,
  ) {
    super(providers, audit, flows);
  }

  protected flow(req: Request, res: Response, provider: string): Promise<RunningFlow> {
    return this.flows.take(req, res, provider);
  }

  protected async collect(req: FlowRequest, { id, answerForm }: SsoProvider): Promise<void> {
    if (answerForm) req.body = await this.forms.take(id, req.query['form']);
  }

  protected async settle(req: FlowRequest, { section }: LiveProvider): Promise<void> {
    const assertion = req.user as Assertion;
    const { once } = assertion;
    if (once && !(await this.flows.isFirst(`assertion:${once.id}`, once.until)))
      throw new SignInRejected('assertion_replayed');
    req.user = { ...assertion, authTime: timeOfSignIn(flowOf(req), assertion, section) };
  }
}
