import { parseArgs } from 'node:util';

export const HELP = `Plays how an AI app gets in, how far it gets, and how its access is ended.

Usage: npm run demo -- [options]

Without options a server of its own is started on a free port, with data that is removed at the end.

  --url <url>            address of the MCP endpoint of a running server, such as http://localhost:3000/mcp
  --email <email>        the person who signs in           (or BOOTSTRAP_ADMIN_EMAIL)
  --password <password>  their password                    (or BOOTSTRAP_ADMIN_PASSWORD)
  --client-id <id>       a client with admin:grants and admin:audit by client_credentials
                                                           (or BOOTSTRAP_CLIENT_ID)
  --client-secret <s>    its secret                        (or BOOTSTRAP_CLIENT_SECRET)
  --help                 this text

Passwords and secrets are better given by the environment: arguments can be seen in the list of processes.
`;

/** The server to play against, and who acts there. */
export interface Stage {
  /** Of the MCP endpoint. */
  readonly url: URL;
  readonly email: string;
  readonly password: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What was asked for cannot be done; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `undefined`: no server was named, so one is to be started. */
export function readOptions(args: string[]): Stage | undefined | 'help' {
  const { values } = parse(args);
  if (values.help) return 'help';
  const given = {
    email: values.email ?? process.env['BOOTSTRAP_ADMIN_EMAIL'],
    password: values.password ?? process.env['BOOTSTRAP_ADMIN_PASSWORD'],
    'client-id': values['client-id'] ?? process.env['BOOTSTRAP_CLIENT_ID'],
    'client-secret': values['client-secret'] ?? process.env['BOOTSTRAP_CLIENT_SECRET'],
  };
  if (values.url === undefined) {
    const useless = Object.keys(given).filter((name) => name in values);
    if (useless.length > 0) throw new UsageError(`--${useless.join(', --')} needs --url`);
    return undefined;
  }
  const need = (name: keyof typeof given): string => {
    const value = given[name];
    if (!value) throw new UsageError(`--url needs --${name} too`);
    return value;
  };
  return {
    url: endpoint(values.url),
    email: need('email'),
    password: need('password'),
    clientId: need('client-id'),
    clientSecret: need('client-secret'),
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args,
      options: {
        url: text,
        email: text,
        password: text,
        'client-id': text,
        'client-secret': text,
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function endpoint(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !url.pathname.endsWith('/mcp'))
    throw new UsageError(`--url must be the address of an MCP endpoint, ending in /mcp, not "${text}"`);
  return url;
}
