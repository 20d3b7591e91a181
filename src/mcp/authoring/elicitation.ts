import type {
  CreateMessageRequestParams,
  CreateMessageResult,
  ElicitRequestFormParams,
  InputRequests,
  Root,
} from '@modelcontextprotocol/server';
import type { z } from 'zod';

export type Asked = 'form' | 'url' | 'sampling' | 'roots';

export type Answer<Content> =
  { readonly action: 'accept'; readonly content: Content } | { readonly action: 'decline' | 'cancel' };

/** A Zod object of flat members, or the restricted JSON Schema of MCP as it is; only the former is checked. */
export type FormSchema = z.ZodObject | ElicitRequestFormParams['requestedSchema'];

export interface FormQuestion<Schema extends FormSchema> {
  readonly message: string;
  readonly schema: Schema;
}

export type FormContent<Schema extends FormSchema> = Schema extends z.ZodObject
  ? z.output<Schema>
  : Readonly<Record<string, unknown>>;

/**
 * Asks the person or the model behind the client. A question that has no answer yet ends this run of the method by an
 * exception, which must not be caught; when the answer is there the method runs again from its beginning, and the same
 * question, told by its key, returns the answer. So ask before you change anything. Serves MCP 2026-07-28 (results of
 * the type `input_required`) and the 2025 revisions where their sessions are on.
 */
export interface Elicitation {
  /** Whether the client said that it can be asked this. */
  supports(what: Asked): boolean;
  /** A form for the person. */
  form<Schema extends FormSchema>(key: string, question: FormQuestion<Schema>): Answer<FormContent<Schema>>;
  /** Sends the person to a page, for what the client must not see. */
  url(key: string, question: { readonly message: string; readonly url: string }): Answer<undefined>;
  /** A completion by the model of the client. */
  sample(key: string, params: CreateMessageRequestParams): CreateMessageResult;
  /** The folders the client works in. */
  roots(key: string): readonly Root[];
  /** Asks all questions of `questions` at once instead of one after the other. */
  together<Answers>(questions: () => Answers): Answers;
}

/** Ends a run whose questions are not answered. */
export class InputNeeded extends Error {
  override readonly name = 'InputNeeded';

  constructor(readonly requests: InputRequests) {
    super('The method asked something; it runs again with the answer');
  }
}
