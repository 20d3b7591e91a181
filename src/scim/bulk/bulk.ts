import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { Answers } from '../answers.js';
import { ScimGroups } from '../groups/scim-groups.js';
import type { Done, ResourceActions } from '../resource-actions.js';
import type { ScimCaller } from '../scim-caller.js';
import { notFound } from '../scim-refusal.js';
import { ScimRefusals } from '../scim-refusals.js';
import { GROUP, USER, type ResourceKind } from '../schemas.js';
import { scimError } from '../scim.filter.js';
import { ScimUsers } from '../users/scim-users.js';
import { referencesOf, resolved, type BulkOperation, type BulkRequest } from './bulk-request.js';

const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const STATUS = { POST: '201', PUT: '200', PATCH: '200', DELETE: '204' } as const;

interface Result {
  readonly answer: object;
  readonly failed: boolean;
  /** It is the server that failed: nothing more is tried. */
  readonly isLast?: boolean;
  readonly done?: Done;
}

/** Many changes in one request, each in a transaction of its own (RFC 7644 §3.7). */
@Injectable()
export class Bulk {
  constructor(
    private readonly users: ScimUsers,
    private readonly groups: ScimGroups,
    private readonly answers: Answers,
    private readonly refusals: ScimRefusals,
  ) {}

  async run(caller: ScimCaller, { operations, failOnErrors = Infinity }: BulkRequest): Promise<object> {
    const ids = new Map<string, string>();
    const results = new Map<BulkOperation, Result>();
    let failures = 0;
    for (let next = ready(operations, results, ids); next; next = ready(operations, results, ids)) {
      const result = await this.one(caller, resolved(next, ids));
      results.set(next, result);
      if (next.bulkId !== undefined && result.done) ids.set(next.bulkId, result.done.id);
      if (result.isLast || (result.failed && ++failures >= failOnErrors)) break;
    }
    const positions = [...results.values()].flatMap(({ done }) => done?.seq ?? []);
    // One wait for all.
    await this.answers.applied(positions.length > 0 ? Math.max(...positions) : undefined);
    const answered = operations.flatMap((operation) => results.get(operation)?.answer ?? []);
    return { schemas: [BULK_RESPONSE], Operations: answered };
  }

  private async one(caller: ScimCaller, operation: BulkOperation): Promise<Result> {
    const { method, bulkId } = operation;
    const head = { method, ...(bulkId !== undefined && { bulkId }) };
    try {
      const { kind, actions } = this.of(operation);
      const done = await act(actions, caller, operation);
      const answer = {
        ...head,
        location: this.answers.locationOf(kind, done.id),
        ...(done.version && { version: done.version }),
        status: STATUS[method],
      };
      return { answer, failed: false, done };
    } catch (error) {
      const refusal = this.refusals.of(error, method);
      await this.refusals.record(refusal);
      const answer = { ...head, status: String(refusal.status), response: scimError(refusal) };
      return { answer, failed: true, isLast: refusal.status >= 500 };
    }
  }

  private of({ endpoint }: BulkOperation): { kind: ResourceKind; actions: ResourceActions } {
    const name = `/${endpoint.toLowerCase()}`;
    if (name === USER.endpoint.toLowerCase()) return { kind: USER, actions: this.users };
    if (name === GROUP.endpoint.toLowerCase()) return { kind: GROUP, actions: this.groups };
    throw notFound();
  }
}

/** The first operation that is left and refers to nothing that is still to be made. */
function ready(
  operations: readonly BulkOperation[],
  results: ReadonlyMap<BulkOperation, Result>,
  ids: ReadonlyMap<string, string>,
): BulkOperation | undefined {
  const left = operations.filter((operation) => !results.has(operation));
  const coming = new Set(left.flatMap(({ bulkId }) => bulkId ?? []));
  const waits = (operation: BulkOperation): boolean =>
    referencesOf(operation).some((name) => !ids.has(name) && coming.has(name) && name !== operation.bulkId);
  // What refers to each other in a circle is tried as it is, and says what is wrong.
  return left.find((operation) => !waits(operation)) ?? left[0];
}

async function act(
  actions: ResourceActions,
  caller: ScimCaller,
  { method, id = '', version, data }: BulkOperation,
): Promise<Done> {
  if (method === 'POST') return actions.create(caller, data);
  if (!isUUID(id)) throw notFound();
  const which = { id: id.toLowerCase(), ...(version !== undefined && { ifMatch: version }) };
  if (method === 'PUT') return actions.replace(caller, which, data);
  return method === 'PATCH' ? actions.patch(caller, which, data) : actions.remove(caller, which);
}
