import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Module } from '@nestjs/common';
import { z } from 'zod';
import {
  Completion,
  Elicit,
  Log,
  McpEvents,
  Progress,
  Prompt,
  PublicTool,
  Resource,
  ResourceTemplate,
  Tool,
  ToolError,
  type ClientLog,
  type CompletionInput,
  type Elicitation,
  type ReportProgress,
} from '../../src/mcp/index.js';
import { ELICITATIONS } from './elicitations.js';

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SOUND = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA==';
const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });
const NOTHING = z.object({});
const toolOf = <Input extends z.ZodObject>(name: string, input: Input) =>
  Tool({ name, title: name, description: `The conformance suite calls ${name}.`, input, annotations: {} });
const tool = (name: string) => toolOf(name, NOTHING);
const embedded = (uri: string, mimeType: string, words: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text: words },
});

/** What the public conformance suite expects a server to have; its names and texts are the suite's. */
@Injectable()
export class ContentTools {
  constructor(@Inject(McpEvents) private readonly events: McpEvents) {}

  @tool('test_simple_text')
  @PublicTool()
  simpleText() {
    return 'This is a simple text response for testing.';
  }

  @tool('test_image_content')
  @PublicTool()
  image() {
    return { content: [{ type: 'image', data: PIXEL, mimeType: 'image/png' }] };
  }

  @tool('test_audio_content')
  @PublicTool()
  audio() {
    return { content: [{ type: 'audio', data: SOUND, mimeType: 'audio/wav' }] };
  }

  @tool('test_embedded_resource')
  @PublicTool()
  resource() {
    return {
      content: [embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
    };
  }

  @tool('test_multiple_content_types')
  @PublicTool()
  mixed() {
    const data = JSON.stringify({ test: 'data', value: 123 });
    return {
      content: [
        { type: 'text', text: 'Multiple content types test:' },
        { type: 'image', data: PIXEL, mimeType: 'image/png' },
        embedded('test://mixed-content-resource', 'application/json', data),
      ],
    };
  }

  @tool('test_error_handling')
  @PublicTool()
  fails() {
    throw new ToolError('This tool intentionally returns an error for testing');
  }

  @tool('test_tool_with_logging')
  @PublicTool()
  async logs(_input: object, @Log() log: ClientLog) {
    for (const line of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      log('info', line);
      await sleep(50);
    }
    return 'Logged three lines';
  }

  @tool('test_logging_tool')
  @PublicTool()
  logsOnce(_input: object, @Log() log: ClientLog) {
    log('info', 'A line for whoever asked for lines');
    return 'Logged';
  }

  @tool('test_tool_with_progress')
  @PublicTool()
  async progresses(_input: object, @Progress() progress: ReportProgress) {
    for (const done of [0, 50, 100]) {
      progress(done, 100, `Completed step ${done} of 100`);
      await sleep(50);
    }
    return 'Progressed';
  }

  @tool('test_trigger_tool_change')
  @PublicTool()
  changeTools() {
    this.events.toolsChanged();
  }

  @tool('test_trigger_prompt_change')
  @PublicTool()
  changePrompts() {
    this.events.promptsChanged();
  }
}

const NAME = { message: 'What is your name?', schema: z.object({ name: z.string() }) };
const CAPITAL = {
  messages: [
    { role: 'user' as const, content: { type: 'text' as const, text: 'What is the capital of France?' } },
  ],
  maxTokens: 100,
};

@Injectable()
export class AskingTools {
  @toolOf('test_sampling', z.object({ prompt: z.string() }))
  @PublicTool()
  sampling({ prompt }: { prompt: string }, @Elicit() elicit: Elicitation) {
    const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: prompt } }];
    return text(
      `LLM response: ${JSON.stringify(elicit.sample('answer', { messages, maxTokens: 100 }).content)}`,
    );
  }

  @toolOf('test_elicitation', z.object({ message: z.string() }))
  @PublicTool()
  elicitation({ message }: { message: string }, @Elicit() elicit: Elicitation) {
    const schema = z.object({ username: z.string(), email: z.string() });
    return text(`User response: ${JSON.stringify(elicit.form('user', { message, schema }))}`);
  }

  @tool('test_elicitation_sep1034_defaults')
  @PublicTool()
  defaults(_input: object, @Elicit() elicit: Elicitation) {
    const { action } = elicit.form('all', { message: 'Please review', schema: ELICITATIONS.defaults });
    return text(`Elicitation completed: action=${action}`);
  }

  @tool('test_elicitation_sep1330_enums')
  @PublicTool()
  enums(_input: object, @Elicit() elicit: Elicitation) {
    const { action } = elicit.form('all', { message: 'Please choose', schema: ELICITATIONS.enums });
    return text(`Elicitation completed: action=${action}`);
  }

  @tool('test_missing_capability')
  @PublicTool()
  needsSampling(_input: object, @Elicit() elicit: Elicitation) {
    return text(elicit.sample('answer', CAPITAL).model);
  }

  @tool('test_streaming_elicitation')
  @PublicTool()
  streams(_input: object, @Elicit() elicit: Elicitation) {
    return text(elicit.form('name', NAME).action);
  }

  @tool('test_input_required_result_elicitation')
  @PublicTool()
  asksName(_input: object, @Elicit() elicit: Elicitation) {
    const answer = elicit.form('user_name', NAME);
    return text(`Hello, ${answer.action === 'accept' ? answer.content.name : 'stranger'}!`);
  }

  @tool('test_input_required_result_sampling')
  @PublicTool()
  asksModel(_input: object, @Elicit() elicit: Elicitation) {
    return text(JSON.stringify(elicit.sample('capital_question', CAPITAL).content));
  }

  @tool('test_input_required_result_list_roots')
  @PublicTool()
  asksRoots(_input: object, @Elicit() elicit: Elicitation) {
    return text(
      elicit
        .roots('client_roots')
        .map(({ uri }) => uri)
        .join(', '),
    );
  }

  @tool('test_input_required_result_request_state')
  @PublicTool()
  keepsState(_input: object, @Elicit() elicit: Elicitation) {
    const schema = z.object({ ok: z.boolean() });
    return text(`state-ok: ${elicit.form('confirm', { message: 'Please confirm', schema }).action}`);
  }

  @tool('test_input_required_result_tampered_state')
  @PublicTool()
  guardsState(_input: object, @Elicit() elicit: Elicitation) {
    return this.keepsState(_input, elicit);
  }

  @tool('test_input_required_result_multiple_inputs')
  @PublicTool()
  asksMuch(_input: object, @Elicit() elicit: Elicitation) {
    const answers = elicit.together(() => [
      elicit.form('user_name', NAME),
      elicit.sample('greeting', CAPITAL),
      elicit.roots('client_roots'),
    ]);
    return text(JSON.stringify(answers));
  }

  @tool('test_input_required_result_multi_round')
  @PublicTool()
  asksTwice(_input: object, @Elicit() elicit: Elicitation) {
    const first = elicit.form('step1', { message: 'Step 1: What is your name?', schema: NAME.schema });
    const schema = z.object({ color: z.string() });
    const second = elicit.form('step2', { message: 'Step 2: What is your favorite color?', schema });
    return text(JSON.stringify([first, second]));
  }

  @tool('test_input_required_result_capabilities')
  @PublicTool()
  asksWhatItMay(_input: object, @Elicit() elicit: Elicitation) {
    const answers = elicit.together(() => [
      ...(elicit.supports('form') ? [elicit.form('user_name', NAME)] : []),
      ...(elicit.supports('sampling') ? [elicit.sample('capital_question', CAPITAL)] : []),
    ]);
    return text(JSON.stringify(answers));
  }
}

const resource = (uri: string, mimeType: string) => ({
  uri,
  name: uri.slice('test://'.length),
  title: uri,
  description: `The conformance suite reads ${uri}.`,
  mimeType,
});

@Injectable()
export class TestResources {
  @Resource(resource('test://static-text', 'text/plain'))
  @PublicTool()
  words() {
    return 'This is the content of the static text resource.';
  }

  @Resource(resource('test://static-binary', 'image/png'))
  @PublicTool()
  bytes() {
    return Buffer.from(PIXEL, 'base64');
  }

  @Resource(resource('test://watched-resource', 'text/plain'))
  @PublicTool()
  watched() {
    return 'Watched';
  }

  @ResourceTemplate({
    uriTemplate: 'test://template/{id}/data',
    name: 'template',
    title: 'Template',
    description: 'Data by id.',
    mimeType: 'application/json',
    input: z.object({ id: z.string() }),
  })
  @PublicTool()
  data({ id }: { id: string }) {
    return { id, templateTest: true, data: `Data for ID: ${id}` };
  }
}

const Both = z.object({ arg1: z.string().describe('First'), arg2: z.string().describe('Second') });
const About = z.object({ resourceUri: z.string() });
const prompt = <Input extends z.ZodObject>(name: string, input: Input) =>
  Prompt({ name, title: name, description: `The conformance suite gets ${name}.`, input });

@Injectable()
export class TestPrompts {
  @prompt('test_simple_prompt', z.object({}))
  @PublicTool()
  simple() {
    return 'This is a simple prompt for testing.';
  }

  @prompt('test_prompt_with_arguments', Both)
  @PublicTool()
  withArguments({ arg1, arg2 }: z.output<typeof Both>) {
    return `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`;
  }

  @Completion({ prompt: 'test_prompt_with_arguments', argument: 'arg1' })
  suggest({ value }: CompletionInput) {
    return ['paris', 'park', 'party'].filter((word) => word.startsWith(value));
  }

  @prompt('test_prompt_with_embedded_resource', About)
  @PublicTool()
  withResource({ resourceUri }: z.output<typeof About>) {
    return [
      {
        role: 'user',
        content: embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
      },
      { role: 'user', content: { type: 'text', text: 'Please process the embedded resource above.' } },
    ];
  }

  @prompt('test_prompt_with_image', z.object({}))
  @PublicTool()
  withImage() {
    return [
      { role: 'user', content: { type: 'image', data: PIXEL, mimeType: 'image/png' } },
      { role: 'user', content: { type: 'text', text: 'Please analyze the image above.' } },
    ];
  }

  @prompt('test_input_required_result_prompt', z.object({}))
  @PublicTool()
  asks(_input: object, @Elicit() elicit: Elicitation) {
    const schema = z.object({ context: z.string() });
    const answer = elicit.form('user_context', { message: 'What context should the prompt use?', schema });
    return `Use this context: ${JSON.stringify(answer)}`;
  }
}

@Module({ providers: [ContentTools, AskingTools, TestResources, TestPrompts] })
export class FixturesModule {}
