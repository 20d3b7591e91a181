import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { Omittable, OptionalChoice, OptionalDuration, OptionalTexts, Text } from './fields.js';

/** Lets applications register themselves: once and for a day, unless it says otherwise. */
export class NewInitialAccessTokenRequest {
  @Text('What it is for', 500) note!: string;

  @OptionalDuration('How long it is good, at most 365d; 24h when it is not given') expires_in?: string;

  @Omittable()
  @IsInt()
  @Min(1)
  @Max(100_000)
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100_000, default: 1 })
  max_uses?: number;

  @OptionalChoice('What is registered with it is: quarantined, unless it says approved', [
    'quarantined',
    'approved',
  ])
  trust_state?: 'quarantined' | 'approved';

  @OptionalTexts('What is registered with it may be granted at most; without it, what policy says', 100, 128)
  scopes?: string[];
}
