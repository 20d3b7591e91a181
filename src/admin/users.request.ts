import { OptionalQueryFlag, OptionalText } from './fields.js';
import { PageRequest } from './paging.js';

export class UsersRequest extends PageRequest {
  @OptionalText('Part of the e-mail address or name') q?: string;
  @OptionalQueryFlag('Only people who may sign in, or only disabled ones') active?: boolean;
}

export class ActivePageRequest extends PageRequest {
  @OptionalQueryFlag('Only living ones, or only ended ones') active?: boolean;
}
