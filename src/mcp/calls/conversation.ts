import {
  inputRequired,
  isSpecType,
  type ClientCapabilities,
  type CreateMessageResult,
  type InputRequest,
  type InputRequests,
  type Root,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import {
  InputNeeded,
  type Answer,
  type Asked,
  type Elicitation,
  type FormContent,
  type FormQuestion,
  type FormSchema,
} from '../authoring/elicitation.js';

export type Answers = Readonly<Record<string, unknown>>;

/** The answers a call came with, and the questions it leaves open. */
export class Conversation implements Elicitation {
  private readonly heard: Record<string, unknown> = {};
  /** Questions of one `together`, while it runs. */
  private open: InputRequests | undefined;

  constructor(
    private readonly answers: Answers,
    private readonly capabilities: ClientCapabilities | undefined,
  ) {}

  /** The answers that were read so far, for the next run. */
  get used(): Answers {
    return this.heard;
  }

  supports(what: Asked): boolean {
    const { elicitation, sampling, roots } = this.capabilities ?? {};
    if (what === 'sampling') return sampling !== undefined;
    if (what === 'roots') return roots !== undefined;
    if (elicitation === undefined) return false;
    // MCP 2025-11-25: an empty `elicitation` means forms.
    return what === 'url' ? 'url' in elicitation : 'form' in elicitation || !('url' in elicitation);
  }

  form<Schema extends FormSchema>(
    key: string,
    { message, schema }: FormQuestion<Schema>,
  ): Answer<FormContent<Schema>> {
    const question = inputRequired.elicit({ message, requestedSchema: schema });
    return this.ask(key, question, (given) => {
      const action = actionOf(given);
      if (action !== 'accept') return action && { action };
      const content = contentOf(schema, (given as { content?: unknown }).content);
      return content && { action, content: content as FormContent<Schema> };
    });
  }

  url(key: string, question: { readonly message: string; readonly url: string }): Answer<undefined> {
    return this.ask(key, inputRequired.elicitUrl(question), (given) => {
      const action = actionOf(given);
      return action && (action === 'accept' ? { action, content: undefined } : { action });
    });
  }

  sample(key: string, params: Parameters<Elicitation['sample']>[1]): CreateMessageResult {
    return this.ask(key, inputRequired.createMessage(params), (given) =>
      isSpecType.CreateMessageResult(given) ? given : undefined,
    );
  }

  roots(key: string): readonly Root[] {
    return this.ask(key, inputRequired.listRoots(), (given) =>
      isSpecType.ListRootsResult(given) ? given.roots : undefined,
    );
  }

  together<Result>(questions: () => Result): Result {
    if (this.open) throw new Error('Questions are asked together already');
    const open: InputRequests = (this.open = {});
    try {
      const result = questions();
      if (Object.keys(open).length > 0) throw new InputNeeded(open);
      return result;
    } finally {
      this.open = undefined;
    }
  }

  /** What a client sends is anything; what `read` cannot use is asked again. */
  private ask<T extends object>(
    key: string,
    question: InputRequest,
    read: (given: unknown) => T | undefined,
  ): T {
    const given = Object.hasOwn(this.answers, key) ? this.answers[key] : undefined;
    const answer = given === undefined ? undefined : read(given);
    if (answer) {
      this.heard[key] = given;
      return answer;
    }
    if (!this.open) throw new InputNeeded({ [key]: question });
    this.open[key] = question;
    // Never seen: `together` throws as soon as all questions are known.
    return Object.freeze({}) as T;
  }
}

function actionOf(given: unknown): 'accept' | 'decline' | 'cancel' | undefined {
  return isSpecType.ElicitResult(given) ? given.action : undefined;
}

function contentOf(schema: FormSchema, content: unknown): object | undefined {
  if (schema instanceof z.ZodObject) return schema.safeParse(content).data;
  return typeof content === 'object' && content !== null ? content : undefined;
}
