import {
  Catch,
  ForbiddenException,
  Inject,
  Injectable,
  Module,
  UseFilters,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import {
  Caller,
  Completion,
  Elicit,
  Input,
  McpEvents,
  mcpCallOf,
  Prompt,
  PublicTool,
  RequireScopes,
  Resource,
  ResourceTemplate,
  Risk,
  Signal,
  Timeout,
  Tool,
  ToolError,
  type CompletionInput,
  type Elicitation,
  type ToolCaller,
} from '../../../src/mcp/index.js';

const Nothing = z.object({});
const Word = z.strictObject({ word: z.string() });
const about = (name: string) => ({ name, title: name, description: name });

/** Lets nobody in who says "sesame". */
class NoSesame implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { kind, name } = mcpCallOf(context);
    const { word } = context.getArgByIndex<{ word: string }>(0);
    if (word === 'sesame') throw new ForbiddenException(`The ${kind} ${name} does not open to that`);
    return word !== 'never';
  }
}

class Loud implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((answer: unknown) => `${String(answer)}!`));
  }
}

class UpperCase implements PipeTransform {
  transform({ word }: { word: string }) {
    return { word: word.toUpperCase() };
  }
}

class Mishap extends Error {}

@Catch(Mishap)
class Mended implements ExceptionFilter {
  catch() {
    return 'mended';
  }
}

@Injectable()
export class LibraryTools {
  constructor(@Inject(McpEvents) private readonly events: McpEvents) {}

  @Tool({ ...about('change'), input: Nothing, annotations: {} })
  @RequireScopes('mcp:tools:read')
  change() {
    this.events.resourceUpdated('library://catalogue');
  }

  @Tool({ ...about('say'), input: Word, annotations: {} })
  @RequireScopes('mcp:tools:read')
  @UseGuards(NoSesame)
  @UseInterceptors(Loud)
  say(@Input(UpperCase) { word }: z.output<typeof Word>) {
    return word;
  }

  @Tool({ ...about('break'), input: Nothing, annotations: {} })
  @RequireScopes('mcp:tools:read')
  @UseFilters(Mended)
  breaks() {
    throw new Mishap('inside');
  }

  @Tool({ ...about('who'), input: Word, annotations: {} })
  @RequireScopes('mcp:tools:read')
  who({ word }: z.output<typeof Word>, @Signal() signal: AbortSignal, @Caller() caller: ToolCaller) {
    return [signal.aborted, caller.clientId, word];
  }

  @Tool({ ...about('slow'), input: Nothing, annotations: { readOnlyHint: true } })
  @PublicTool()
  @Risk('destructive')
  @Timeout(50)
  slow() {
    return new Promise(() => undefined);
  }

  @Tool({ ...about('confirm'), input: Word, annotations: {} })
  @RequireScopes('mcp:tools:read')
  confirm({ word }: z.output<typeof Word>, @Elicit() elicit: Elicitation) {
    const sure = elicit.form('sure', { message: `Really ${word}?`, schema: z.object({ yes: z.boolean() }) });
    if (sure.action !== 'accept' || !sure.content.yes) throw new ToolError(`Not ${word}, then`);
    const why = elicit.form('why', { message: 'Why?', schema: z.object({ reason: z.string().min(1) }) });
    return `${word} because ${why.action === 'accept' ? why.content.reason : 'of nothing'}`;
  }
}

@Injectable()
export class LibraryResources {
  @Resource({ uri: 'library://catalogue', ...about('catalogue') })
  @RequireScopes('mcp:tools:read')
  catalogue() {
    return { books: 2 };
  }

  @Resource({ uri: 'library://cellar', ...about('cellar'), cache: { ttlMs: 5_000, cacheScope: 'public' } })
  @RequireScopes('mcp:tools:execute')
  cellar() {
    throw new Error('SELECT * FROM cellar');
  }

  @ResourceTemplate({
    uriTemplate: 'library://books/{id}',
    ...about('book'),
    mimeType: 'text/plain',
    input: z.object({ id: z.string().regex(/^[a-z]{1,20}$/) }),
  })
  @RequireScopes('mcp:tools:read')
  book({ id }: { id: string }) {
    return `The book ${id}`;
  }
}

const Review = z.object({ book: z.string().describe('Which book'), tone: z.string().optional() });

@Injectable()
export class LibraryPrompts {
  @Prompt({ ...about('review'), input: Review })
  @RequireScopes('mcp:tools:execute')
  review({ book, tone }: z.output<typeof Review>) {
    if (book === 'none') throw new ToolError('There is no such book');
    return `Review ${book}${tone === undefined ? '' : ` in a ${tone} tone`}`;
  }

  @Completion({ prompt: 'review', argument: 'book' })
  books({ value, context }: CompletionInput) {
    const tone = context['tone'] ?? 'any';
    return Array.from({ length: 150 }, (_, at) => `${tone}-book-${at}`).filter((name) =>
      name.includes(value),
    );
  }
}

@Module({ providers: [LibraryTools, LibraryResources, LibraryPrompts] })
export class LibraryModule {}
