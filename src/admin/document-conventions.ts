import type { OpenAPIObject } from '@nestjs/swagger';
import { READS_EXTENSION } from './repeat-safety.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Parameter = NonNullable<Operation['parameters']>[number];

const FIELDS: Parameter = {
  name: 'fields',
  in: 'query',
  required: false,
  description: 'Names of members, with commas between: only these are answered, of each item of a list',
  schema: { type: 'string' },
};

const DRY_RUN: Parameter = {
  name: 'dry_run',
  in: 'query',
  required: false,
  description: 'Do it, roll it back, and answer a `DryRunResponse` with status 200',
  schema: { type: 'boolean', default: false },
};

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'For 24 hours the same request with the same key acts once, and is answered the same',
  schema: { type: 'string', maxLength: 255 },
};

const PER_METHOD: Readonly<Record<string, readonly Parameter[]>> = {
  get: [FIELDS],
  post: [DRY_RUN, IDEMPOTENCY_KEY],
  put: [DRY_RUN],
  patch: [DRY_RUN],
  delete: [DRY_RUN],
};

/** Says of every operation what all of its method have in common. */
export function withConventions(document: OpenAPIObject): OpenAPIObject {
  for (const path of Object.values(document.paths)) {
    for (const [method, common] of Object.entries(PER_METHOD)) {
      const operation = path[method as 'get'];
      if (operation && !(READS_EXTENSION in operation))
        operation.parameters = [...(operation.parameters ?? []), ...common];
    }
  }
  return document;
}
