import type { Annotations, CacheHint } from '@modelcontextprotocol/server';
import type { z } from 'zod';

interface Described {
  /** For people and lists. */
  readonly title: string;
  /** For the model. */
  readonly description: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  /** How long a client may keep what it read. Default: not at all, and for nobody else. */
  readonly cache?: CacheHint;
  /** Default 60 s. */
  readonly timeoutMs?: number;
}

/** One resource. Its method returns text, bytes, a value (sent as JSON), or `{ contents: [...] }` of MCP. */
export interface ResourceOptions extends Described {
  readonly uri: string;
  readonly name: string;
}

/** All resources whose URI the template matches. Its method gets the variables, decoded, as its input. */
export interface ResourceTemplateOptions<Input extends z.ZodObject = z.ZodObject> extends Described {
  /** RFC 6570, as far as MCP uses it: `notes://{id}`. */
  readonly uriTemplate: string;
  readonly name: string;
  /** What the variables must be; a URI whose variables are something else is not found. */
  readonly input: Input;
}
