import { type CanActivate, type ExecutionContext, Injectable, NotFoundException } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import type { Request, Response } from 'express';
import { SsoAudit } from './sso-audit.js';
import { SsoFailure } from './sso-failure.js';
import type { RunningFlow } from './sso-flow.js';
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
    const provider = this.providers.find(req.params['provider']);
    if (!provider) throw new NotFoundException();
    res.setHeader('Cache-Control', 'no-store');
    try {
      req.session = await this.flow(req, res, provider.id);
      const strategy = await provider.ready();
      return (await new (AuthGuard(strategy))().canActivate(context)) as boolean;
    } catch (error) {
      if (!(error instanceof SsoFailure)) throw error;
      if (req.session?.returnTo) error.returnTo = req.session.returnTo;
      await this.audit.failed(provider.id, error);
      throw error;
    }
  }

  protected abstract flow(req: Request, res: Response, provider: string): RunningFlow | Promise<RunningFlow>;
}

/** Sends the browser to the provider: the strategy answers, the handler is not reached. */
@Injectable()
export class SsoStartGuard extends SsoGuard {
  protected flow(req: Request, res: Response, provider: string): RunningFlow {
    return this.flows.begin(req, res, provider);
  }
}

/** Checks what the browser brings back, and leaves the assertion on the request. */
@Injectable()
export class SsoCallbackGuard extends SsoGuard {
  protected flow(req: Request, res: Response, provider: string): Promise<RunningFlow> {
    return this.flows.take(req, res, provider);
  }
}
