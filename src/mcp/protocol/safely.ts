import { ProtocolError } from '@modelcontextprotocol/server';
import { Logger } from '@nestjs/common';
import { currentAudit } from '../../audit/index.js';
import { isDatabaseUnavailable } from '../../database/index.js';
import { RpcCode } from '../mcp-refusal.js';

const logger = new Logger('mcp');

/** The SDK sends the message of any error to the client, so only those meant for it may leave. */
export async function safely<T>(answer: () => T | Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof ProtocolError) throw error;
    const correlationId = currentAudit()?.correlationId;
    logger.error({ correlationId, error: String(error) }, 'a request could not be answered');
    const text = isDatabaseUnavailable(error) ? 'Temporarily unavailable, try again later' : 'Internal error';
    throw new ProtocolError(RpcCode.InternalError, text, { correlation_id: correlationId });
  }
}
