import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { cleanText } from '../audit/index.js';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { AppConfig } from '../config/index.js';
import { AdminProblem, invalidField } from './admin-problem.js';
import type { AdminRequest } from './admin-request.js';
import { Cursors } from './cursors.js';
import { queryNames } from './query-names.js';
import { isOnlyReading } from './repeat-safety.js';
import { answeredClass, membersOf, sparse, wantedFields } from './sparse-fields.js';

type Query = Record<string, unknown>;

/**
 * What every query of this API has in common, before a request class sees it: names nobody knows are refused, cursors
 * are checked, `fields` is taken off. Afterwards pages get their cursors and links (RFC 8288).
 */
@Injectable()
export class QueryConventions implements NestInterceptor {
  constructor(
    private readonly config: AppConfig,
    private readonly cursors: Cursors,
  ) {}

  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const req = execution.switchToHttp().getRequest<AdminRequest>();
    const res = execution.switchToHttp().getResponse<Response>();
    res.setHeader('Cache-Control', 'no-store');
    const handler = execution.getHandler();
    const known = queryNames({ controller: execution.getClass(), handler });
    const { fields, dry_run: dryRun, ...query } = req.query as Query;
    req.dryRun = wantsDryRun(dryRun, isReading(req.method) || isOnlyReading(handler));
    checkNames(Object.keys(query), known);
    const { item, list } = answeredClass(handler);
    const wanted = this.wanted(req, fields, membersOf(item));
    replaceQuery(req, known.has('cursor') ? this.placed(req, query) : query);
    return next.handle().pipe(
      map((answer: unknown) => (list ? this.withCursors(req, res, answer) : answer)),
      map((answer: unknown) => (wanted ? sparse(answer, wanted, list) : answer)),
    );
  }

  private wanted(req: Request, fields: unknown, members: readonly string[]): string[] | undefined {
    if (fields === undefined) return undefined;
    if (!isReading(req.method)) throw invalidField('fields', 'is not known here');
    return wantedFields(fields, members);
  }

  /** @throws AdminProblem when the cursor is not one that this list gave */
  private placed(req: Request, query: Query): Query {
    const { cursor } = query;
    if (cursor === undefined) return query;
    const place = typeof cursor === 'string' ? this.cursors.read(listOf(req, query), cursor) : undefined;
    if (!place) throw invalidField('cursor', 'is not a cursor of this list');
    return { ...query, cursor: place.cursor, ...(place.backwards && { backwards: true }) };
  }

  private withCursors(req: Request, res: Response, answer: unknown): unknown {
    const { next, prev, ...page } = answer as { next?: string; prev?: string };
    const list = listOf(req, req.query);
    const cursors = {
      ...(prev !== undefined && { prev: this.cursors.write(list, { cursor: prev, backwards: true }) }),
      ...(next !== undefined && { next: this.cursors.write(list, { cursor: next, backwards: false }) }),
    };
    const links = Object.entries(cursors).map(
      ([rel, cursor]) => `<${this.pageUrl(req, cursor)}>; rel="${rel}"`,
    );
    if (links.length > 0) res.setHeader('Link', links.join(', '));
    return { ...page, ...cursors };
  }

  private pageUrl(req: Request, cursor: string): string {
    const url = new URL(`${this.config.publicUrl}${req.path}`);
    url.search = req.url.replace(/^[^?]*/, '');
    url.searchParams.set('cursor', cursor);
    return url.href;
  }
}

/** A cursor of one order means nothing in another. */
const listOf = (req: Request, { sort }: Query): string =>
  `${req.path.toLowerCase().replace(/\/$/, '')} ${typeof sort === 'string' ? sort : ''}`;

function wantsDryRun(value: unknown, changesNothing: boolean): boolean {
  if (value === undefined) return false;
  if (changesNothing) throw invalidField('dry_run', 'is not known here');
  if (value !== 'true' && value !== 'false') throw invalidField('dry_run', 'must be true or false');
  return value === 'true';
}

const isReading = (method: string): boolean => method === 'GET' || method === 'HEAD';

function checkNames(names: readonly string[], known: ReadonlySet<string>): void {
  const unknown = names.filter((name) => name === 'backwards' || !known.has(name));
  if (unknown.length === 0) return;
  const errors = unknown
    .slice(0, 20)
    .map((name) => ({ field: cleanText(name).slice(0, 100), message: 'is not known here' }));
  throw new AdminProblem('invalid_request', { errors, reason: 'validation_failed' });
}

/** Express reads the query anew for everyone who asks. */
function replaceQuery(req: Request, query: Query): void {
  Object.defineProperty(req, 'query', { value: query, configurable: true, enumerable: true });
}
