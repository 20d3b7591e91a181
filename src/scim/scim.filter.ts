import { Catch, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { ScimRefusal } from './scim-refusal.js';
import { ScimRefusals } from './scim-refusals.js';

const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** The only place where a refusal of the provisioning API becomes HTTP (RFC 7644 §3.12). */
@Catch()
@Injectable()
export class ScimFilter implements ExceptionFilter {
  constructor(private readonly refusals: ScimRefusals) {}

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const res = host.switchToHttp().getResponse<Response>();
    const refusal = this.refusals.of(error, host.switchToHttp().getRequest<Request>().method);
    const decisionId = await this.refusals.record(refusal);
    if (res.headersSent) {
      res.destroy();
      return;
    }
    if (decisionId) res.setHeader('X-Decision-Id', decisionId);
    res
      .status(refusal.status)
      .set({ 'Cache-Control': 'no-store', ...refusal.details.headers })
      .type('application/scim+json');
    res.json(scimError(refusal));
  }
}

/** §3.12: the status is a text. */
export function scimError({ status, detail, details }: ScimRefusal): object {
  return {
    schemas: [ERROR],
    ...(details.scimType && { scimType: details.scimType }),
    detail,
    status: String(status),
  };
}
