import { OptionalId, OptionalQueryFlag, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';

export class TokensRequest extends PageRequest {
  @OptionalId('Tokens issued for this user') user_id?: string;
  @OptionalText('Tokens issued to this client') client_id?: string;
  @OptionalId('Tokens of this grant') grant_id?: string;
  @OptionalQueryFlag('Only living tokens, or only dead ones') active?: boolean;
}
