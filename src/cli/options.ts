import { parseArgs } from 'node:util';

/** What `login` was asked to do. */
export interface LoginOptions {
  readonly issuer: URL;
  /** Absent: the client registers itself. */
  readonly clientId?: string;
  readonly scope?: string;
  /** RFC 8707; absent: what the server takes without one. */
  readonly resource?: string;
  /** Where the answer is waited for on 127.0.0.1; 0 is any free port. */
  readonly port: number;
  readonly timeoutSeconds: number;
  readonly showTokens: boolean;
}

/** The command line makes no sense; `message` says why. */
export class UsageError extends Error {}

export const HELP = `gatehouse: the client's side of an authorization server, from a terminal

  login --issuer <url>      sign in with a browser and get tokens (authorization code with PKCE)
      --client-id <id>      a public client; without it, one is registered
      --scope <scopes>      separated by spaces
      --resource <url>      what the token is for (RFC 8707), such as the MCP URL
      --port <number>       of the address on 127.0.0.1 where the answer is waited for; any free one by default
      --timeout <seconds>   how long to wait for you (300)
      --show-tokens         print the tokens too; without it they are used for nothing and forgotten

Answers are JSON on standard output; everything else is on standard error. Exit codes: 0 it worked, 1 it did not,
2 the command line makes no sense.`;

/** @throws UsageError */
export function readOptions(args: readonly string[]): LoginOptions | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help || positionals[0] === 'help') return 'help';
  if (positionals.length !== 1 || positionals[0] !== 'login')
    throw new UsageError(positionals[0] ? `There is no command ${positionals[0]}` : 'A command is missing');
  if (!values.issuer || !/^https?:/.test(values.issuer) || !URL.canParse(values.issuer))
    throw new UsageError('--issuer must be the http or https URL of the server');
  return {
    issuer: new URL(values.issuer),
    ...(values['client-id'] && { clientId: values['client-id'] }),
    ...(values.scope && { scope: values.scope }),
    ...(values.resource && { resource: values.resource }),
    port: numberOf('--port', values.port, 65_535),
    timeoutSeconds: numberOf('--timeout', values.timeout, 86_400),
    showTokens: values['show-tokens'],
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        issuer: { type: 'string' },
        'client-id': { type: 'string' },
        scope: { type: 'string' },
        resource: { type: 'string' },
        port: { type: 'string', default: '0' },
        timeout: { type: 'string', default: '300' },
        'show-tokens': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'The options cannot be read');
  }
}

function numberOf(name: string, text: string, most: number): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) > most)
    throw new UsageError(`${name} must be a number up to ${most}`);
  return Number(text);
}
