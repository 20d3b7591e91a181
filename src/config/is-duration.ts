import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, Min } from 'class-validator';
import { parseDuration } from './duration.js';

/** A duration in the file (`60s`, `10m`, `12h`, `30d`), held as whole seconds. */
export function IsDuration(): PropertyDecorator {
  const message = ({ property }: { property: string }) =>
    `${property} must be a duration such as 60s, 10m, 12h or 30d`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'number' ? value : (parseDuration(value) ?? NaN),
    ),
    IsInt({ message }),
    Min(1, { message }),
  );
}
