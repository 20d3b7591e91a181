import http from 'node:http';
import net from 'node:net';
import type { CookieJar } from './cookie-jar.js';

export { CookieJar } from './cookie-jar.js';

type FieldValue = string | number | readonly string[];

export interface RequestOptions {
  headers?: Record<string, string | string[]>;
  /** Sent as application/x-www-form-urlencoded; a list repeats its name. */
  form?: Record<string, FieldValue> | URLSearchParams | readonly (readonly [string, string])[];
  /** Sent as application/json unless `headers` says otherwise. */
  json?: unknown;
  body?: string | Buffer;
  /** Its cookies are sent, and cookies of the answer are kept in it. */
  cookies?: CookieJar;
  signal?: AbortSignal;
}

export interface HttpResponse {
  url: string;
  status: number;
  headers: http.IncomingHttpHeaders;
  /** Each field as it came, `[name, value]`, repeated ones too. */
  rawHeaders: [string, string][];
  text: string;
  // Answers are read by many tests in many shapes; each states what it expects.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json<T = any>(): T;
  /** The `Location` header made absolute. */
  location: URL | undefined;
}

/** One HTTP request on a connection of its own; redirects are not followed. */
export async function request(
  method: string,
  url: string | URL,
  options: RequestOptions = {},
): Promise<HttpResponse> {
  const target = new URL(url);
  const { headers, body } = encode(options);
  const cookie = options.cookies?.header(target);
  if (cookie) headers['cookie'] ??= cookie;
  const response = await send(method, target, { headers, body, signal: options.signal });
  options.cookies?.store(target, response.headers['set-cookie'] ?? []);
  return response;
}

export const get = (url: string | URL, options?: RequestOptions) => request('GET', url, options);
export const post = (url: string | URL, options?: RequestOptions) => request('POST', url, options);

/** Encodes fields as a form does; a list repeats its name. */
export function formEncode(fields: NonNullable<RequestOptions['form']>): string {
  if (fields instanceof URLSearchParams) return fields.toString();
  const pairs = Array.isArray(fields)
    ? (fields as (readonly [string, string])[])
    : Object.entries(fields as Record<string, FieldValue>).flatMap(([name, value]) =>
        (Array.isArray(value) ? value : [value]).map((one) => [name, String(one)] as const),
      );
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString();
}

/** Bytes as they are over a socket, for requests that no client library would send; answers everything that came back. */
export async function rawRequest(
  origin: string | URL,
  bytes: string | Buffer,
  timeoutMs = 5_000,
): Promise<string> {
  const { hostname, port } = new URL(origin);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = net.connect({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }, () =>
      socket.write(bytes),
    );
    const finish = () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.setTimeout(timeoutMs, finish);
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', finish);
    socket.on('error', (error) => (chunks.length > 0 ? finish() : reject(error)));
  });
}

interface Outgoing {
  headers: Record<string, string | string[]>;
  body: string | Buffer | undefined;
}

function encode(options: RequestOptions): Outgoing {
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
  );
  let body = options.body;
  if (options.form !== undefined) {
    body = formEncode(options.form);
    headers['content-type'] ??= 'application/x-www-form-urlencoded';
  } else if (options.json !== undefined) {
    body = JSON.stringify(options.json);
    headers['content-type'] ??= 'application/json';
  }
  if (body !== undefined && !('transfer-encoding' in headers))
    headers['content-length'] ??= String(Buffer.byteLength(body));
  return { headers, body };
}

function send(
  method: string,
  url: URL,
  { headers, body, signal }: Outgoing & { signal: AbortSignal | undefined },
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(
      url,
      { method, headers, agent: false, ...(signal && { signal }) },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () => resolve(toResponse(url, incoming, Buffer.concat(chunks).toString('utf8'))));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function toResponse(url: URL, incoming: http.IncomingMessage, text: string): HttpResponse {
  const status = incoming.statusCode ?? 0;
  const { location } = incoming.headers;
  const names = incoming.rawHeaders.filter((_, index) => index % 2 === 0);
  return {
    url: url.href,
    status,
    headers: incoming.headers,
    rawHeaders: names.map((name, index) => [name, incoming.rawHeaders[2 * index + 1] ?? '']),
    text,
    json: () => {
      try {
        return JSON.parse(text);
      } catch {
        throw new Error(
          `${url.pathname} answered ${status} with something that is not JSON: ${text.slice(0, 500)}`,
        );
      }
    },
    location: location === undefined ? undefined : new URL(location, url),
  };
}
