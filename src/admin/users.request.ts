import { OptionalMoment, OptionalQueryFlag, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';

export class UsersRequest extends PageRequest {
  @OptionalText('Part of the e-mail address or name') q?: string;
  @OptionalText('The whole e-mail address', 320) email?: string;
  @OptionalText('People that this identity provider has vouched for', 63) idp?: string;
  @OptionalQueryFlag('Only people who may sign in, or only disabled ones') active?: boolean;
  @OptionalMoment('People who signed in since') last_seen_after?: string;
}

export class ActivePageRequest extends PageRequest {
  @OptionalQueryFlag('Only living ones, or only ended ones') active?: boolean;
}
