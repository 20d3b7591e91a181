import {
  isInputRequiredResult,
  ProtocolError,
  type Server,
  type ServerCapabilities,
} from '@modelcontextprotocol/server';
import { Injectable } from '@nestjs/common';
import { COMPLETIONS } from '../calls/completion-result.js';
import { Dispatcher } from '../calls/dispatcher.js';
import type { CompletionInput } from '../authoring/prompt.js';
import { McpRegistry } from '../items/mcp-registry.js';
import { RpcCode } from '../mcp-refusal.js';
import type { Methods } from './methods.js';
import { Requests } from './request.js';
import { safely } from './safely.js';

const NO_SUGGESTIONS = () => [];

/** `completion/complete`. */
@Injectable()
export class CompletionMethods implements Methods {
  constructor(
    private readonly registry: McpRegistry,
    private readonly dispatcher: Dispatcher,
    private readonly requests: Requests,
  ) {}

  capabilities(): ServerCapabilities {
    return this.registry.completes() ? { completions: {} } : {};
  }

  register(server: Server): void {
    server.setRequestHandler(
      'completion/complete',
      ({ params: { ref, argument, context: known } }, context) =>
        safely(async () => {
          const found = this.registry.completion(ref, argument.name);
          const input: CompletionInput = { value: argument.value, context: known?.arguments ?? {} };
          const requested = 'name' in ref ? ref.name : ref.uri;
          const answer = await this.dispatcher.call(COMPLETIONS, {
            ...this.requests.read(server, context, requested, argument),
            ...(found && { item: found.item, invoke: found.invoke ?? NO_SUGGESTIONS }),
            input,
          });
          if (!isInputRequiredResult(answer)) return answer;
          throw new ProtocolError(
            RpcCode.InternalError,
            'Nothing can be asked while arguments are completed',
          );
        }),
    );
  }
}
