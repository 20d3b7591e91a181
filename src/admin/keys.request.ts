import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { EndRequest } from './end.request.js';
import { Omittable, OptionalChoice } from './fields.js';

const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const;

export class RotateKeyRequest extends EndRequest {
  @OptionalChoice('Which key to replace; without it the one that signs by default', ALGORITHMS)
  alg?: (typeof ALGORITHMS)[number];

  @Omittable()
  @IsBoolean()
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description:
      'Do not wait until verifiers have had to look at the key set again; only for the other replicas',
  })
  immediate?: boolean;
}

export class CompromisedKeyRequest extends EndRequest {
  @Omittable()
  @IsBoolean()
  @ApiPropertyOptional({ type: Boolean, default: false, description: 'Only say what it would end' })
  dry_run?: boolean;
}
