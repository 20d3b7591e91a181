import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROBLEMS } from './admin-problem.js';
import { ID, TEXT } from './response-fields.js';

export class FieldErrorResponse {
  @ApiProperty(TEXT) field!: string;
  @ApiProperty(TEXT) message!: string;
}

/** RFC 9457 problem details, with members of our own. */
export class ProblemResponse {
  @ApiProperty({ format: 'uri' }) type!: string;
  @ApiProperty(TEXT) title!: string;
  @ApiProperty({ type: 'integer' }) status!: number;
  @ApiPropertyOptional(TEXT) detail?: string;
  @ApiProperty({ enum: Object.keys(PROBLEMS) }) code!: string;
  @ApiPropertyOptional({
    ...ID,
    description: 'The audit event that tells why; absent while the database is away',
  })
  decision_id?: string;
  @ApiPropertyOptional({ type: FieldErrorResponse, isArray: true }) errors?: FieldErrorResponse[];
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'The revocation plan as it is now, where that is why',
  })
  plan?: object;
}
