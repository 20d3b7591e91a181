import { OptionalId, OptionalMoment, OptionalQueryFlag, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';
import { MAX_CLIENT_ID } from './ids.js';

export class GrantsRequest extends PageRequest {
  @OptionalId('Grants of this user') user_id?: string;
  @OptionalText('Grants of this client', MAX_CLIENT_ID) client_id?: string;
  @OptionalId('Grants given in this session') session_id?: string;
  @OptionalQueryFlag('Only living grants, or only ended ones') active?: boolean;
  @OptionalText('Grants that have this very scope', 128) scope?: string;
  @OptionalText('Grants for this resource (RFC 8707)', 2_048) resource?: string;
  @OptionalMoment('Grants not used since') last_used_before?: string;
}
