import { OptionalId, OptionalMoment, OptionalQueryFlag, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';

export class SessionsRequest extends PageRequest {
  @OptionalId('Sessions of this user') user_id?: string;
  @OptionalQueryFlag('Only living sessions, or only ended ones') active?: boolean;
  @OptionalText('Sessions begun at this address', 64) ip?: string;
  @OptionalText('Sessions with this authentication context class', 200) acr?: string;
  @OptionalText('Sessions begun through this identity provider', 63) idp?: string;
  @OptionalMoment('Sessions begun at this moment or later') created_after?: string;
  @OptionalMoment('Sessions begun before this moment') created_before?: string;
  @OptionalMoment('Sessions not seen since') idle_since?: string;
}
