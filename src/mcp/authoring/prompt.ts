import type { z } from 'zod';

/** A prompt. Its method returns text, messages, or `{ messages: [...] }` of MCP. */
export interface PromptOptions<Input extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Members are texts; a description of one is shown to people. */
  readonly input: Input;
  /** Default 60 s. */
  readonly timeoutMs?: number;
}

/** Suggestions for an argument of a prompt or a variable of a resource template, under the same rules as that. */
export type CompletionOptions = { readonly argument: string } & (
  { readonly prompt: string } | { readonly uriTemplate: string }
);

/** What a completion method gets. */
export interface CompletionInput {
  /** What was typed so far. */
  readonly value: string;
  /** Other arguments that are known already. */
  readonly context: Readonly<Record<string, string>>;
}
