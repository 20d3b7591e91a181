import { AuthorizationResponseError, ResponseBodyError } from 'openid-client';
import { login } from './login.js';
import { HELP, readOptions, UsageError } from './options.js';

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const result = await login(options, (words) => process.stderr.write(`${words}\n`));
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return 0;
}

function fail(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${HELP}\n`);
    return 2;
  }
  const code =
    error instanceof AuthorizationResponseError || error instanceof ResponseBodyError
      ? error.error
      : 'login_failed';
  process.stdout.write(`${JSON.stringify({ error: code, error_description: messageOf(error) })}\n`);
  return 1;
}

/** The cause of a failure of the library says more than the failure. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

process.exitCode = await main().catch(fail);
