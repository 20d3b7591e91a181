import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  Equals,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsUUID,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { ApiProperty } from '@nestjs/swagger';
import { ROLES, type Role } from '../config/index.js';
import { QUOTA_KEYS, type ToolPolicy } from '../mcp/index.js';
import { Clearable, Omittable, OptionalText, plainText } from './fields.js';

const MAX_NAMES = 200;

const names = (longest: number): PropertyDecorator =>
  applyDecorators(IsArray(), ArrayNotEmpty(), ArrayMaxSize(MAX_NAMES), plainText(longest, true));

const described = (description: string) => ({
  description,
  type: String,
  isArray: true,
  minItems: 1,
  maxItems: MAX_NAMES,
});

const ClearableTexts = (description: string, longest = 200): PropertyDecorator =>
  applyDecorators(
    Clearable(),
    names(longest),
    ApiPropertyOptional({ ...described(description), nullable: true }),
  );

const Whole = (description: string, most: number): PropertyDecorator =>
  applyDecorators(
    IsInt(),
    Min(1),
    Max(most),
    ApiProperty({ description, type: 'integer', minimum: 1, maximum: most }),
  );

export class StepUpDemandRequest {
  @OptionalText('Level of the sign-in, such as `urn:gatehouse:acr:mfa`') acr?: string;

  @Omittable()
  @IsInt()
  @Min(1)
  @Max(31_536_000)
  @ApiPropertyOptional({
    description: 'Seconds since the sign-in',
    type: 'integer',
    minimum: 1,
    maximum: 31_536_000,
  })
  max_age?: number;
}

export class QuotaRequest {
  @Whole('So many calls', 1_000_000) calls!: number;
  @Whole('In so many seconds', 2_000_000) per!: number;
  @IsIn(QUOTA_KEYS)
  @ApiProperty({ description: 'Whose calls are counted together', enum: [...QUOTA_KEYS] })
  by!: ToolPolicyQuotaKey;
}

type ToolPolicyQuotaKey = NonNullable<ToolPolicy['rules']['quota']>['by'];

/** A member that is `null` is taken away. What a policy asks is added to what the items ask; it cannot ask less. */
export class NewToolPolicyRequest {
  @Matches(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,99}$/, {
    message: '$property must be up to 100 letters, digits, blanks, "_", "-" and "."',
  })
  @ApiProperty({
    description: 'What it is called; one of a name',
    type: String,
    minLength: 1,
    maxLength: 100,
  })
  name!: string;

  @names(256)
  @ApiProperty(described('Names of tools and prompts, URIs of resources as declared; `*` is anything'))
  items!: string[];

  @ClearableTexts('Client ids; without them any client', 2_048) clients?: string[] | null;
  @ClearableTexts('Names of groups; without them anybody') groups?: string[] | null;

  /** Not addresses: what changes is in the trail for good. */
  @Clearable()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_NAMES)
  @IsUUID(undefined, { each: true })
  @ApiPropertyOptional({
    ...described('Ids of people; without them anybody'),
    format: 'uuid',
    nullable: true,
  })
  users?: string[] | null;

  @ClearableTexts('Each of these scopes is needed') scopes?: string[] | null;

  @Clearable()
  @IsArray()
  @ArrayNotEmpty()
  @IsIn(ROLES, { each: true })
  @ApiPropertyOptional({
    description: 'The person needs one of these',
    enum: [...ROLES],
    isArray: true,
    nullable: true,
  })
  roles?: Role[] | null;

  @Clearable()
  @IsObject()
  @ValidateNested()
  @Type(() => StepUpDemandRequest)
  @ApiPropertyOptional({ type: StepUpDemandRequest, nullable: true })
  step_up?: StepUpDemandRequest | null;

  @Clearable()
  @IsObject()
  @ValidateNested()
  @Type(() => QuotaRequest)
  @ApiPropertyOptional({ type: QuotaRequest, nullable: true })
  quota?: QuotaRequest | null;

  @Clearable()
  @Equals(true)
  @ApiPropertyOptional({ description: 'Nobody is let in', enum: [true], type: Boolean, nullable: true })
  disabled?: true | null;

  @ClearableTexts('Members of the input that the trail does not keep, such as `author.name`')
  redact?: string[] | null;

  @Clearable()
  @IsInt()
  @Min(1)
  @Max(86_400_000)
  @ApiPropertyOptional({
    description: 'A call that takes longer is ended; in milliseconds',
    type: 'integer',
    minimum: 1,
    maximum: 86_400_000,
    nullable: true,
  })
  timeout_ms?: number | null;
}

export class ChangedToolPolicyRequest extends PartialType(NewToolPolicyRequest, {
  skipNullProperties: false,
}) {}
