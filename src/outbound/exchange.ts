import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { OutboundRefused } from './outbound-refused.js';

export interface OutboundRequest {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The answer's body may have at most this many bytes. */
  readonly maxBytes: number;
  /** For everything: waiting for a slot, name, connection, answer. */
  readonly timeoutMs: number;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const MAX_HEADER_BYTES = 16_384;
const MAX_INTERIM_ANSWERS = 4;
/**
 * How long one address of several may take to connect (RFC 8305 §5). With Node's 250 ms a process that pauses so long
 * gives up a connection that it has, and finds nobody at the next address.
 */
const ATTEMPT_MS = 1_000;

/** One request on a connection of its own, and its answer as it is: no redirect is followed, nothing is inflated. */
export async function exchange(
  url: URL,
  outgoing: OutboundRequest,
  connection: Pick<RequestOptions, 'lookup' | 'signal'>,
): Promise<OutboundAnswer> {
  const answer = await open(url, outgoing, connection);
  try {
    const encoding = answer.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') throw new OutboundRefused('answer_encoded');
    if (Number(answer.headers['content-length']) > outgoing.maxBytes)
      throw new OutboundRefused('answer_too_large');
    const body = await readBounded(answer, outgoing.maxBytes);
    return { status: answer.statusCode ?? 0, headers: plain(answer), body };
  } finally {
    answer.destroy();
  }
}

function open(
  url: URL,
  { method = 'GET', headers, body }: OutboundRequest,
  connection: Pick<RequestOptions, 'lookup' | 'signal'>,
): Promise<IncomingMessage> {
  const options = {
    ...connection,
    method,
    agent: false,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    headers: { 'accept-encoding': 'identity', 'user-agent': 'Gatehouse', ...headers },
  };
  let interim = 0;
  return new Promise((done, failed) => {
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    const refuse = () => request.destroy(new OutboundRefused('answer_malformed'));
    request
      .on('response', done)
      .on('error', failed)
      .on('information', () => {
        if (++interim > MAX_INTERIM_ANSWERS) refuse();
      })
      .on('upgrade', (_answer, socket) => {
        socket.destroy();
        failed(new OutboundRefused('answer_malformed'));
      })
      .end(body);
  });
}

async function readBounded(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundRefused('answer_too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function plain({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
