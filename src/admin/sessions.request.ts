import { OptionalId, OptionalQueryFlag } from './fields.js';
import { PageRequest } from './paging.js';

export class SessionsRequest extends PageRequest {
  @OptionalId('Sessions of this user') user_id?: string;
  @OptionalQueryFlag('Only living sessions, or only ended ones') active?: boolean;
}
