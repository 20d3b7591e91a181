import type { LoggerService } from '@nestjs/common';
import type { Params } from 'nestjs-pino';
import { currentAudit } from './audit/index.js';
import type { AppConfig } from './config/index.js';

/** Wherever these names appear in a logged object, their values are not written. */
const SECRETS = [
  'authorization',
  'cookie',
  'set-cookie',
  'x-api-key',
  'password',
  'secret',
  'client_secret',
  'code',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'token',
  'api_key',
  'assertion',
  'csrf',
];
const REDACTED = SECRETS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** Structured logs: JSON lines that name the request they belong to. */
export function loggerOptions(config: AppConfig): Params {
  return {
    // A logger made for each request would cost more than most requests log; `requestLog` writes their lines.
    forRoutes: [],
    pinoHttp: {
      level: config.logLevel,
      redact: { paths: REDACTED, censor: '[redacted]' },
      mixin: () => {
        const reqId = currentAudit()?.requestId;
        return reqId === undefined ? {} : { reqId };
      },
      serializers: { err: describeError },
    },
  };
}

/** What Nest tells about wiring itself; of interest only when that is what goes wrong. */
const WIRING: readonly unknown[] = [
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'NestApplication',
];

/** Nest's logger without its start-up chatter, so that a start says only what its reader needs. */
export class QuietLogger implements LoggerService {
  constructor(private readonly inner: LoggerService) {}

  log(message: unknown, ...rest: unknown[]): void {
    if (!WIRING.includes(rest.at(-1))) this.inner.log(message, ...rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.inner.error(message, ...rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.inner.warn(message, ...rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.inner.debug?.(message, ...rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.inner.verbose?.(message, ...rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.inner.fatal?.(message, ...rest);
  }
}

/** An error may be its own cause. */
const MOST_CAUSES = 3;

/** Of a database error the statement and its parameters stay out: they may hold what people typed. */
function describeError(given: unknown): object {
  // pino-http describes an error in its own way first, and keeps it beside that.
  return described(isWrapped(given) ? given.raw : given, MOST_CAUSES);
}

function described(error: unknown, causes: number): object {
  if (!(error instanceof Error)) return { message: 'not an error object' };
  const code = 'code' in error ? { code: error.code } : {};
  const isTold = error.cause !== undefined && causes > 0;
  const cause = isTold ? { cause: described(error.cause, causes - 1) } : {};
  return { type: error.name, message: error.message, ...code, stack: error.stack, ...cause };
}

const isWrapped = (given: unknown): given is { raw: unknown } =>
  typeof given === 'object' && given !== null && 'raw' in given;
