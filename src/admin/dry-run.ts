import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Response } from 'express';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { AuditRehearsal, type AuditEventBody } from '../audit/index.js';
import { isDryRun, type AdminRequest } from './admin-request.js';
import { TEXT } from './response-fields.js';

/** Made for the one who asks and for nobody else: what was rolled back is no secret, and no receipt either. */
const NOT_MADE = ['client_secret', 'secret', 'token', 'api_key', 'receipt'];
const open = { type: 'object', additionalProperties: true } as const;

export class WouldHappen {
  @ApiProperty(TEXT) type!: string;
  @ApiProperty({ type: 'array', items: open }) targets!: readonly object[];
  @ApiProperty(open) details!: object;
  @ApiPropertyOptional({ ...open, description: 'What was, and what would be (RFC 6902)' }) change?: object;
}

/** What a request with `dry_run=true` answers: everything was done and rolled back. */
export class DryRunResponse {
  @ApiProperty({ enum: [true] }) dry_run!: true;
  @ApiProperty({ type: 'integer', description: 'The status it would have been answered with' })
  status!: number;
  @ApiProperty({ ...open, description: 'What would have been answered, without secrets and receipts' })
  answer!: object;
  @ApiProperty({ type: WouldHappen, isArray: true, description: 'What the audit trail would have got' })
  would_record!: WouldHappen[];
}

/** `?dry_run=true` of whatever changes something. */
@Injectable()
export class DryRun implements NestInterceptor {
  constructor(private readonly rehearsal: AuditRehearsal) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const req = execution.switchToHttp().getRequest<AdminRequest>();
    if (!isDryRun(req)) return next.handle();
    return from(this.rehearsed(next, execution.switchToHttp().getResponse<Response>()));
  }

  private async rehearsed(next: CallHandler, res: Response): Promise<DryRunResponse> {
    const { outcome, events } = await this.rehearsal.run(() => lastValueFrom<unknown>(next.handle()));
    const status = res.statusCode;
    for (const header of ['Location', 'ETag']) res.removeHeader(header);
    res.status(200);
    return { dry_run: true, status, answer: withoutSecrets(outcome), would_record: events.map(wouldHappen) };
  }
}

function wouldHappen({ type, targets = [], details = {}, change }: AuditEventBody): WouldHappen {
  return { type, targets, details, ...(change && { change }) };
}

const withoutSecrets = (answer: unknown): object =>
  Object.fromEntries(Object.entries(answer ?? {}).filter(([name]) => !NOT_MADE.includes(name)));
