import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { LegalHoldView } from '../audit/index.js';
import { OptionalText, Text } from './fields.js';
import { TEXT, TIME } from './response-fields.js';

export class ErasureResponse {
  @ApiProperty({
    type: Boolean,
    description: 'False when there was no key: nothing is sealed, or it was done before',
  })
  erased!: boolean;
  @ApiProperty({ type: 'integer', description: 'How many keys were destroyed' }) keys!: number;
  @ApiProperty({
    type: Boolean,
    description: 'Whether the person has an account still, which an erasure leaves',
  })
  has_account!: boolean;
}

export class LegalHoldRequest {
  @Text('Why, in a few words', 500) reason!: string;
  @OptionalText('Where it was asked for: the number of a ticket', 100) ticket?: string;
}

export class LegalHoldResponse {
  @ApiProperty(TEXT) user_id!: string;
  @ApiProperty(TEXT) reason!: string;
  @ApiPropertyOptional(TEXT) ticket?: string;
  @ApiProperty({ ...TEXT, description: 'Type and id of who set it' }) set_by!: string;
  @ApiProperty(TIME) set_at!: string;

  static of({ userId, reason, ticket, setBy, setAt }: LegalHoldView): LegalHoldResponse {
    return {
      user_id: userId,
      reason,
      ...(ticket !== null && { ticket }),
      set_by: setBy,
      set_at: setAt.toISOString(),
    };
  }
}
