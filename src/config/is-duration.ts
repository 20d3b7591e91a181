import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import { parseDuration } from './duration.js';

/** A duration in the file (`60s`, `10m`, `12h`, `30d`), held as whole seconds; of at most so many. */
export function IsDuration(longest = Number.MAX_SAFE_INTEGER): PropertyDecorator {
  const message = ({ property }: { property: string }) =>
    `${property} must be a duration such as 60s, 10m, 12h or 30d`;
  const tooLong = ({ property }: { property: string }) => `${property} must be at most ${longest}s`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'number' ? value : (parseDuration(value) ?? NaN),
    ),
    IsInt({ message }),
    Min(1, { message }),
    Max(longest, { message: tooLong }),
  );
}
