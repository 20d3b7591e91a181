import {
  Client,
  StreamableHTTPClientTransport,
  type OAuthClientProvider,
} from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthClientProvider as Provider1 } from '@modelcontextprotocol/sdk/client/auth.js';
import type { Wire } from './wire.js';

const PRODUCT = { name: 'story', version: '1.0.0' };

export interface ToolResult {
  isError?: boolean;
  structuredContent?: Record<string, unknown>;
  content: { type: string; text?: string }[];
}

/** An app made with one of the official client libraries, which is given nothing but the URL. */
export interface App {
  /** Rejects with the library's own error when a person has to be asked first. */
  connect(): Promise<void>;
  /** The answer of the authorization server, as it came to the callback. */
  finish(callback: URL): Promise<void>;
  tools(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>): Promise<ToolResult>;
  close(): Promise<void>;
}

export type MakeApp = (url: string, provider: OAuthClientProvider, wire: Wire) => App;

const sdk1: MakeApp = (url, provider, { fetch }) => {
  const client = new Client1(PRODUCT);
  const makeTransport = () =>
    new Transport1(new URL(url), { authProvider: provider as unknown as Provider1, fetch });
  let transport = makeTransport();
  return {
    connect: async () => {
      transport = makeTransport();
      await client.connect(transport);
    },
    finish: (callback) => transport.finishAuth(callback.searchParams.get('code') ?? ''),
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolResult,
    close: () => client.close(),
  };
};

const client2 =
  (options: ConstructorParameters<typeof Client>[1]): MakeApp =>
  (url, provider, { fetch }) => {
    const client = new Client(PRODUCT, options);
    const makeTransport = () =>
      new StreamableHTTPClientTransport(new URL(url), { authProvider: provider, fetch });
    let transport = makeTransport();
    return {
      connect: async () => {
        transport = makeTransport();
        await client.connect(transport);
      },
      finish: (callback) => transport.finishAuth(callback.searchParams),
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args = {}) => (await client.callTool({ name, arguments: args })) as ToolResult,
      close: () => client.close(),
    };
  };

export const APPS: Record<string, MakeApp> = {
  '@modelcontextprotocol/sdk 1.x': sdk1,
  '@modelcontextprotocol/client 2.x by default': client2({}),
  '@modelcontextprotocol/client 2.x in auto mode': client2({ versionNegotiation: { mode: 'auto' } }),
};
