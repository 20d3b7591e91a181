import { Injectable, Module } from '@nestjs/common';
import { z } from 'zod';
import {
  Elicit,
  Input,
  Log,
  RequireScopes,
  Timeout,
  Tool,
  ToolError,
  type ClientLog,
  type Elicitation,
} from '../../../src/mcp/index.js';

const Word = z.strictObject({ word: z.string() });
const about = (name: string) => ({ name, title: name, description: name, input: Word, annotations: {} });

/** A tool for each way in which a call can end. */
@Injectable()
export class Ways {
  @Tool(about('text'))
  @RequireScopes('mcp:tools:read')
  text({ word }: z.output<typeof Word>) {
    return `${word} “ü” \u2028 😀`;
  }

  @Tool(about('nothing'))
  @RequireScopes('mcp:tools:read')
  nothing() {
    return undefined;
  }

  @Tool({ ...about('structured'), output: z.object({ word: z.string(), n: z.number() }) })
  @RequireScopes('mcp:tools:read')
  structured({ word }: z.output<typeof Word>) {
    return { word, n: word.length };
  }

  @Tool(about('failing'))
  @RequireScopes('mcp:tools:read')
  failing({ word }: z.output<typeof Word>) {
    throw new ToolError(`There is no ${word}`);
  }

  @Tool(about('broken'))
  @RequireScopes('mcp:tools:read')
  broken() {
    throw new Error('SELECT * FROM words');
  }

  @Tool(about('picture'))
  @RequireScopes('mcp:tools:read')
  picture() {
    return {
      content: [
        { type: 'image', data: 'aGk=', mimeType: 'image/png' },
        { type: 'text', text: 'hi', annotations: { audience: ['user'] } },
      ],
      _meta: { 'example.com/seen': true },
    };
  }

  @Tool(about('odd'))
  @RequireScopes('mcp:tools:read')
  odd() {
    return { content: [{ type: 'text' }] };
  }

  @Tool(about('slow'))
  @RequireScopes('mcp:tools:read')
  @Timeout(50)
  slow() {
    return new Promise(() => undefined);
  }

  @Tool(about('asking'))
  @RequireScopes('mcp:tools:read')
  asking({ word }: z.output<typeof Word>, @Elicit() elicit: Elicitation) {
    const sure = elicit.form('sure', { message: `${word}?`, schema: z.object({ yes: z.boolean() }) });
    return sure.action;
  }

  @Tool(about('talking'))
  @RequireScopes('mcp:tools:read')
  talking(@Input() { word }: z.output<typeof Word>, @Log() log: ClientLog) {
    log('info', { word });
    log('error', 'two lines\nof it', 'plain');
    if (word === 'fails') throw new ToolError('after all');
    return word;
  }

  @Tool(about('mumbling'))
  @RequireScopes('mcp:tools:read')
  mumbling(@Input() { word }: z.output<typeof Word>, @Log() log: ClientLog) {
    log('info', { word: 1n });
    log('info', word);
    return word;
  }

  @Tool(about('showing'))
  @RequireScopes('mcp:tools:read')
  showing(@Input() { word }: z.output<typeof Word>, @Log() log: ClientLog) {
    log('info', word);
    return { content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png', caption: 'hi' }] };
  }

  @Tool(about('misjudging'))
  @RequireScopes('mcp:tools:read')
  misjudging(@Input() { word }: z.output<typeof Word>, @Log() log: ClientLog) {
    log('info', word);
    return { content: [{ type: 'text', text: 'hi' }], structuredContent: ['a list'] };
  }

  @Tool(about('waiting'))
  @RequireScopes('mcp:tools:read')
  waiting() {
    return new Promise(() => undefined);
  }

  @Tool(about('babbling'))
  @RequireScopes('mcp:tools:read')
  babbling({ word }: z.output<typeof Word>, @Log() log: ClientLog, @Elicit() elicit: Elicitation) {
    log('info', word);
    return elicit.form('sure', { message: `${word}?`, schema: z.object({ yes: z.boolean() }) }).action;
  }
}

@Module({ providers: [Ways] })
export class PlainModule {}
