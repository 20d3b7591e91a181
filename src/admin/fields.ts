import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';

// Request members: what is validated and what the OpenAPI document says are declared together.

/** `IsOptional` would let `null` through as well. */
export const Omittable = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

// eslint-disable-next-line no-control-regex -- control characters are what this refuses
const NO_CONTROL = /^[^\u0000-\u001f\u007f]*$/;

export const plainText = (max: number, each = false): PropertyDecorator =>
  applyDecorators(
    IsString({ each }),
    Length(1, max, { each }),
    Matches(NO_CONTROL, { each, message: '$property must not contain control characters' }),
  );

export const Text = (description: string, max = 200): PropertyDecorator =>
  applyDecorators(plainText(max), ApiProperty({ description, type: String, minLength: 1, maxLength: max }));

export const OptionalText = (description: string, max = 200): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    plainText(max),
    ApiPropertyOptional({ description, type: String, minLength: 1, maxLength: max }),
  );

export const OptionalTexts = (description: string, maxItems: number, max = 200): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    IsArray(),
    ArrayMaxSize(maxItems),
    plainText(max, true),
    ApiPropertyOptional({ description, type: String, isArray: true, maxItems }),
  );

export const OptionalId = (description: string): PropertyDecorator =>
  applyDecorators(Omittable(), IsUUID(), ApiPropertyOptional({ description, type: String, format: 'uuid' }));

export const OptionalChoice = (description: string, values: readonly string[]): PropertyDecorator =>
  applyDecorators(Omittable(), IsIn(values), ApiPropertyOptional({ description, enum: [...values] }));

/** Left out, or `null` to take away what there was. */
export const Clearable = (): PropertyDecorator =>
  ValidateIf((_, value) => value !== undefined && value !== null);

export const ClearableText = (description: string, max = 2_000): PropertyDecorator =>
  applyDecorators(
    Clearable(),
    plainText(max),
    ApiPropertyOptional({ description, type: String, nullable: true, minLength: 1, maxLength: max }),
  );

/** A duration as the configuration file has it. */
export const OptionalDuration = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    IsString(),
    Matches(/^[1-9]\d{0,5}[smhd]$/, { message: '$property must be a duration such as 10m, 24h or 30d' }),
    ApiPropertyOptional({ description, type: String, example: '24h' }),
  );

/** Repeated in the query, or given once. */
export const OptionalChoices = (description: string, values: readonly string[]): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? [value] : value)),
    IsArray(),
    ArrayMaxSize(100),
    IsIn(values, { each: true }),
    ApiPropertyOptional({ description, enum: [...values], isArray: true }),
  );

/** `true` or `false` as a query has it. */
export const OptionalQueryFlag = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean(),
    ApiPropertyOptional({ description, type: Boolean }),
  );

/** An integer as a query has it, from 1. */
export const QueryInteger = (description: string, max: number, byDefault: number): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
    ),
    IsInt(),
    Min(1),
    Max(max),
    ApiPropertyOptional({ description, type: 'integer', minimum: 1, maximum: max, default: byDefault }),
  );

const MOMENT = /^[12]\d{3}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Without an offset a time of day would mean another moment on another server. */
const isMoment = (): PropertyDecorator =>
  applyDecorators(
    IsString(),
    IsISO8601({ strict: true, strictSeparator: true }),
    Matches(MOMENT, { message: '$property must be a date, or a date and time with Z or an offset' }),
  );

export const Moment = (description: string): PropertyDecorator =>
  applyDecorators(isMoment(), ApiProperty({ description, type: String, format: 'date-time' }));

export const OptionalMoment = (description: string): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    isMoment(),
    ApiPropertyOptional({ description, type: String, format: 'date-time' }),
  );

export const momentOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);
