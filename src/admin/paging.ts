import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { tap, type Observable } from 'rxjs';
import { AppConfig } from '../config/index.js';
import { OptionalId, QueryInteger } from './fields.js';

/** `limit` alone, for lists whose cursor is not an id. */
export class LimitRequest {
  @QueryInteger('How many items to answer', 200, 50) limit: number = 50;
}

export class PageRequest extends LimitRequest {
  @OptionalId('`next` of the page before') cursor?: string;
}

export interface Page<T> {
  items: T[];
  next?: string;
}

/** The class of a page, as the OpenAPI document needs it. */
export function PageOf<T>(item: Type<T>): Type<Page<T>> {
  class PageResponse implements Page<T> {
    @ApiProperty({ type: item, isArray: true }) items!: T[];
    @ApiPropertyOptional({ type: String, description: '`cursor` of the next page; absent on the last one' })
    next?: string;
  }
  return PageResponse;
}

export function pageOf<View, T>(
  { items, next }: { items: readonly View[]; next?: string },
  map: (view: View) => T,
): Page<T> {
  return { items: items.map(map), ...(next !== undefined && { next }) };
}

/** Leaves out members that are undefined, for callees that tell "absent" from "undefined". */
export function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** What every served answer carries: it is not stored anywhere, and a page links to the next (RFC 8288). */
@Injectable()
export class AnswerHeaders implements NestInterceptor {
  constructor(private readonly config: AppConfig) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const req = execution.switchToHttp().getRequest<Request>();
    const res = execution.switchToHttp().getResponse<Response>();
    res.setHeader('Cache-Control', 'no-store');
    return next.handle().pipe(
      tap((answer: unknown) => {
        const cursor = nextOf(answer);
        if (cursor !== undefined) res.setHeader('Link', `<${this.nextUrl(req, cursor)}>; rel="next"`);
      }),
    );
  }

  private nextUrl(req: Request, cursor: string): string {
    const url = new URL(`${this.config.publicUrl}${req.path}`);
    url.search = req.url.replace(/^[^?]*/, '');
    url.searchParams.set('cursor', cursor);
    return url.href;
  }
}

function nextOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('next' in answer)) return undefined;
  return typeof answer.next === 'string' ? answer.next : undefined;
}
