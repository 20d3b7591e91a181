import type { Quota, StepUpDemand } from '../policy/rules.js';
import type { CompletionOptions, PromptOptions } from './prompt.js';
import type { ResourceOptions, ResourceTemplateOptions } from './resource.js';
import type { ToolOptions } from './tool.js';

export const DECLARED = 'gatehouse:mcp';
export const POLICY = 'gatehouse:mcp-policy';

export interface OptionsOf {
  readonly tool: ToolOptions;
  readonly resource: ResourceOptions;
  readonly template: ResourceTemplateOptions;
  readonly prompt: PromptOptions;
  readonly completion: CompletionOptions;
}

export type Kind = keyof OptionsOf;
export type Risk = 'read' | 'change' | 'destructive';

/** What the decorator of a method says it is. */
export type Declared = { readonly [K in Kind]: { readonly kind: K; readonly options: OptionsOf[K] } }[Kind];

/** What the decorators of a method say of who may call it and how. */
export interface DeclaredPolicy {
  readonly scopes?: readonly string[];
  /** One of each list. */
  readonly anyScopes?: readonly (readonly string[])[];
  /** One of each list. */
  readonly roles?: readonly (readonly string[])[];
  readonly stepUps?: readonly StepUpDemand[];
  readonly quotas?: readonly Quota[];
  readonly isPublic?: boolean;
  readonly risk?: Risk;
  readonly timeoutMs?: number;
  /** Paths into the input, such as `author.name`. */
  readonly redact?: readonly string[];
}
