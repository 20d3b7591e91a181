import { OptionalId, OptionalMoment, OptionalQueryFlag, OptionalText, Text } from './fields.js';
import { PageRequest } from './paging.js';
import { MAX_CLIENT_ID } from './ids.js';

export class TokensRequest extends PageRequest {
  @OptionalId('Tokens issued for this user') user_id?: string;
  @OptionalText('Tokens issued to this client', MAX_CLIENT_ID) client_id?: string;
  @OptionalId('Tokens of this grant') grant_id?: string;
  @OptionalQueryFlag('Only living tokens, or only dead ones') active?: boolean;
  @OptionalText('Tokens signed with this key', 64) kid?: string;
  @OptionalText('Tokens that have this very scope', 128) scope?: string;
  @OptionalText('Tokens for this resource (RFC 8707)', 2_048) resource?: string;
  @OptionalMoment('Tokens that expire after this moment') expires_after?: string;
}

export class TokenLookupRequest {
  @Text('An access token, a refresh token or an API key', 8_192) token!: string;
}
