import { EVENT_TYPES } from '../audit/index.js';
import { OptionalChoice, OptionalChoices, OptionalMoment, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';

const OUTCOMES = ['allowed', 'denied', 'throttled', 'error', 'aborted'];

/** Filters of the audit trail. All that are given must hold; values of a repeated one are alternatives. */
export class AuditEventsRequest extends PageRequest {
  @OptionalChoices('Types of events', Object.keys(EVENT_TYPES)) type?: string[];
  @OptionalText('How the type begins, such as `token.`', 100) type_prefix?: string;
  @OptionalChoices('Outcomes', OUTCOMES) outcome?: string[];
  @OptionalText('Id of the user or client that acted') actor?: string;
  @OptionalText('Id of the user concerned') user_id?: string;
  @OptionalText('Id of the client concerned') client_id?: string;
  @OptionalText('The same as `client_id`') client?: string;
  @OptionalText('Id of the grant concerned') grant_id?: string;
  @OptionalText('The same as `grant_id`') grant?: string;
  @OptionalText('Id of the session concerned') session_id?: string;
  @OptionalText('Name of a tool', 100) tool?: string;
  @OptionalText('Id of an access token') jti?: string;
  @OptionalText('Address the request came from', 64) ip?: string;
  @OptionalText('Requests that belong together', 128) correlation_id?: string;
  @OptionalMoment('Not before this moment') since?: string;
  @OptionalMoment('Before this moment') until?: string;
  @OptionalChoice('`-time` (default) is newest first', ['time', '-time']) sort?: 'time' | '-time';
}
