import type { IncomingMessage } from 'node:http';
import { McpRefusal, RpcCode } from './mcp-refusal.js';

/**
 * Reads the body up to `limit` bytes. What exceeds it is discarded as it comes in: memory stays bounded, and the
 * client, still sending, gets to read the answer.
 */
export function readBody(req: IncomingMessage, limit: number): Promise<Buffer> {
  if (req.readableEnded)
    return Promise.reject(new Error('The body was consumed before the bearer token was checked'));
  if (Number(req.headers['content-length'] ?? 0) > limit) return Promise.reject(tooLarge(limit));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = () => req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onError);
    const fail = (error: Error) => {
      stop();
      req.on('error', () => undefined).resume();
      reject(error);
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(tooLarge(limit));
      else chunks.push(chunk);
    };
    const onEnd = () => {
      stop();
      resolve(Buffer.concat(chunks, size));
    };
    const onError = (cause: unknown) => fail(incomplete(cause));
    const onClose = () => fail(incomplete());
    req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onError);
  });
}

function tooLarge(limit: number): McpRefusal {
  return new McpRefusal({
    status: 413,
    code: RpcCode.Refused,
    reason: 'body_too_large',
    message: `The body is larger than ${limit} bytes`,
    id: null,
  });
}

function incomplete(cause?: unknown): McpRefusal {
  const answer = {
    status: 400,
    code: RpcCode.ParseError,
    reason: 'body_incomplete',
    message: 'Parse error',
    id: null,
  };
  return new McpRefusal(answer, { cause });
}
