import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { Omittable, QueryInteger } from './fields.js';

const MOST = Number.MAX_SAFE_INTEGER;

const Place = (description: string, least: number): PropertyDecorator =>
  applyDecorators(
    Omittable(),
    IsInt(),
    Min(least),
    Max(MOST),
    ApiPropertyOptional({ description, type: 'integer', minimum: least }),
  );

export class VerifyRequest {
  @Place('`seq` of the first event to look at; without it the very first', 0) from?: number;
  @Place('`seq` to stop before; at most 200000 events are looked at, and the answer says how far', 1)
  to?: number;
}

export class ConsistencyRequest {
  @QueryInteger('`tree_size` of the earlier checkpoint', 999_999_999, 1) from: number = 1;
}
