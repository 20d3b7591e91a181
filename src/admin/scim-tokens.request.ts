import { OptionalDuration, OptionalTexts, Text } from './fields.js';

/** Lets a directory provision people and groups. */
export class NewScimTokenRequest {
  @Text('What it is for', 500) note!: string;
  @OptionalDuration('How long it is good, at most 3650d; 365d when it is not given') expires_in?: string;
  @OptionalTexts(
    'E-mail domains whose addresses count as verified when they come with it; without it, none',
    100,
    253,
  )
  vouches_for_email?: string[];
}
