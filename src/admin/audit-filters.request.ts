import { isIP } from 'node:net';
import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, ValidateBy } from 'class-validator';
import { AUDIT_FILTERS, EVENT_TYPES, SEVERITIES, type AuditFilters } from '../audit/index.js';
import { invalidField } from './admin-problem.js';
import {
  Omittable,
  OptionalChoice,
  OptionalChoices,
  OptionalMoment,
  OptionalText,
  plainText,
} from './fields.js';
import { MAX_CLIENT_ID } from './ids.js';

const OUTCOMES = ['allowed', 'denied', 'throttled', 'error', 'aborted'];
const MAX_PREFIXES = 20;

/** Repeated in the query, or given once. */
const OptionalPrefixes = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    IsArray(),
    ArrayMaxSize(MAX_PREFIXES),
    plainText(100, true),
    ApiPropertyOptional({ description, type: String, isArray: true, maxItems: MAX_PREFIXES }),
  );

const OptionalNetwork = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    ValidateBy({
      name: 'isNetwork',
      validator: {
        validate: isNetwork,
        defaultMessage: () => '$property must be an IP address, or a network such as 10.0.0.0/8',
      },
    }),
    ApiPropertyOptional({ description, type: String, example: '10.0.0.0/8' }),
  );

function isNetwork(value: unknown): boolean {
  if (typeof value !== 'string' || value.includes('%')) return false;
  const [address = '', bits, ...more] = value.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return (
    bits === undefined || (/^(?:0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}

/** Filters of the audit trail. All that are given must hold; values of a repeated one are alternatives. */
export class AuditFiltersRequest {
  @OptionalChoices('Types of events', Object.keys(EVENT_TYPES)) type?: string[];
  @OptionalPrefixes('How the type begins, such as `token.`') type_prefix?: string[];
  @OptionalChoices('Outcomes', OUTCOMES) outcome?: string[];
  @OptionalChoice('This severity or a more serious one', SEVERITIES) severity_gte?: string;
  @OptionalText('Id of the user or client that acted') actor?: string;
  @OptionalText('Id of the user concerned') user_id?: string;
  @OptionalText('Id of the client concerned', MAX_CLIENT_ID) client_id?: string;
  @OptionalText('The same as `client_id`', MAX_CLIENT_ID) client?: string;
  @OptionalText('Id of the grant concerned') grant_id?: string;
  @OptionalText('The same as `grant_id`') grant?: string;
  @OptionalText('Id of the session concerned') session_id?: string;
  @OptionalText('Id of what was acted upon, or its type and id: `group:0198…`', MAX_CLIENT_ID + 50)
  target?: string;
  @OptionalText('Name of a tool', 100) tool?: string;
  @OptionalText('`tool.args_hmac` of a call: those with the same arguments', 100) args_hmac?: string;
  @OptionalText('Id of an access token') jti?: string;
  @OptionalNetwork('Address the request came from, or its network') ip?: string;
  @OptionalText('Requests that belong together', 128) correlation_id?: string;
  @OptionalMoment('Not before this moment') since?: string;
  @OptionalMoment('Before this moment') until?: string;
  @OptionalText('Text in the ids, names, address, user agent, reason or ticket of an event') q?: string;
}

/** @throws AdminProblem when two names of one filter say different things */
export function filtersOf(request: AuditFiltersRequest): AuditFilters {
  const both = {
    ...request,
    client_id: oneOf(request, 'client_id', 'client'),
    grant_id: oneOf(request, 'grant_id', 'grant'),
  };
  const given = AUDIT_FILTERS.filter((name) => both[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, both[name]]));
}

function oneOf(
  request: AuditFiltersRequest,
  name: 'client_id' | 'grant_id',
  alias: 'client' | 'grant',
): string | undefined {
  const [value, other] = [request[name], request[alias]];
  if (value !== undefined && other !== undefined && value !== other)
    throw invalidField(alias, `contradicts ${name}`);
  return value ?? other;
}
