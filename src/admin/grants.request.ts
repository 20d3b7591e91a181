import { OptionalId, OptionalQueryFlag, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';

export class GrantsRequest extends PageRequest {
  @OptionalId('Grants of this user') user_id?: string;
  @OptionalText('Grants of this client') client_id?: string;
  @OptionalQueryFlag('Only living grants, or only ended ones') active?: boolean;
}
