import { QueryFailedError } from 'typeorm';

const UNIQUE_VIOLATION = '23505';

/** True if a statement failed because what has to be unique is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return (
    error instanceof QueryFailedError && (error.driverError as { code?: unknown }).code === UNIQUE_VIOLATION
  );
}
