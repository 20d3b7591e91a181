/** SQLSTATE classes and codes that mean "the database is away or overloaded", not "the statement is wrong". */
const UNAVAILABLE_STATES = /^(?:08...|57P0[1-5]|57014|53...|55P03|25006|XX000)$/;
const UNAVAILABLE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
const UNAVAILABLE_MESSAGES =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout|Cannot use a pool after calling end|The server does not support)|driver.*not.*connected/i;

/** True if the error says that the database could not be asked; the caller may try again later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
    if (UNAVAILABLE_STATES.test(code) || UNAVAILABLE_CODES.has(code) || UNAVAILABLE_MESSAGES.test(at.message))
      return true;
    if (at instanceof AggregateError && at.errors.some(isDatabaseUnavailable)) return true;
    at = 'driverError' in at && at.driverError !== at ? at.driverError : at.cause;
  }
  return false;
}
