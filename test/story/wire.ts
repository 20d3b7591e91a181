export interface Exchange {
  method: string;
  path: string;
  status: number;
  /** When the answer came, by `performance.now()`. */
  at: number;
  /** Fields of a form, or members of a JSON body. */
  sent: Record<string, unknown>;
  bearer: string | undefined;
  challenge: string | undefined;
  /** The answer, when it was JSON. */
  answer: Record<string, unknown> | undefined;
}

/** Writes down what a client sends and gets, and changes nothing. */
export class Wire {
  readonly exchanges: Exchange[] = [];

  readonly fetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    const response = await fetch(input, init);
    // Some open a stream beside everything else, which is not served: when that happens is chance.
    if (init.method === 'GET' && response.status === 405) return response;
    const json = response.headers.get('content-type')?.includes('json') ?? false;
    this.exchanges.push({
      method: init.method ?? 'GET',
      path: url.pathname,
      status: response.status,
      at: performance.now(),
      sent: readBody(init.body),
      bearer: headers.get('authorization')?.replace(/^Bearer /, ''),
      challenge: response.headers.get('www-authenticate') ?? undefined,
      answer: json ? ((await response.clone().json()) as Record<string, unknown>) : undefined,
    });
    return response;
  };

  /** What happened since the last call. */
  take(): Exchange[] {
    return this.exchanges.splice(0);
  }
}

/** `POST /mcp 403`, one for each exchange. */
export const linesOf = (exchanges: readonly Exchange[]): string[] =>
  exchanges.map(({ method, path, status }) => `${method} ${path} ${status}`);

function readBody(body: RequestInit['body']): Record<string, unknown> {
  if (body instanceof URLSearchParams) return Object.fromEntries(body);
  if (typeof body !== 'string') return {};
  return body.startsWith('{')
    ? (JSON.parse(body) as Record<string, unknown>)
    : Object.fromEntries(new URLSearchParams(body));
}
