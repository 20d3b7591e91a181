import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { SealingModule } from '../sealing/index.js';
import { Attempt } from './calls/attempt.js';
import { CallAudit } from './calls/call-audit.js';
import { Conversations } from './calls/conversations.js';
import { DirectCalls } from './calls/direct-calls.js';
import { Dispatcher } from './calls/dispatcher.js';
import { LiveCensus } from './calls/live-census.js';
import { RunningCalls } from './calls/running-calls.js';
import { FoundMethods } from './items/found-methods.js';
import { McpRegistry } from './items/mcp-registry.js';
import { BearerGuard } from './bearer.guard.js';
import { ItemDecisions } from './item-decisions.js';
import { ItemScopeGuard } from './item-scope.guard.js';
import { JsonRpcBodyGuard } from './json-rpc-body.guard.js';
import { CompletionMethods } from './protocol/completion.methods.js';
import { McpHandler } from './protocol/mcp-handler.js';
import { METHODS, type Methods } from './protocol/methods.js';
import { McpServerFactory } from './protocol/mcp-server.factory.js';
import { Offers } from './protocol/offers.js';
import { PromptMethods } from './protocol/prompt.methods.js';
import { PlainCalls } from './protocol/plain-calls.js';
import { Requests } from './protocol/request.js';
import { ResourceMethods } from './protocol/resource.methods.js';
import { ToolMethods } from './protocol/tool.methods.js';
import { LegacySessions } from './sessions/legacy-sessions.js';
import { SessionNews } from './sessions/session-news.js';
import { McpEvents } from './subscriptions/mcp-events.js';
import { Decider } from './policy/decider.js';
import { Quotas } from './policy/quotas.js';
import { ToolPolicies } from './policy/tool-policies.js';
import { ToolPolicyChanges } from './policy/tool-policy-changes.js';
import { ToolPolicyNames } from './policy/tool-policy-names.js';
import { ToolPolicyRow } from './policy/tool-policy.entity.js';
import { OriginGuard } from './origin.guard.js';
import { ResourceMetadataController } from './resource-metadata.controller.js';
import { BUILT_IN_TOOLS } from './tools/index.js';
import { Note } from './tools/note.entity.js';

const CALLS = [
  FoundMethods,
  McpRegistry,
  CallAudit,
  Attempt,
  Conversations,
  Dispatcher,
  DirectCalls,
  RunningCalls,
  LiveCensus,
];
const POLICY = [Quotas, ToolPolicies, ToolPolicyChanges, ToolPolicyNames, Decider, ItemDecisions];
const GUARDS = [OriginGuard, BearerGuard, JsonRpcBodyGuard, ItemScopeGuard];
/** What the endpoint is made of, which is a module of its own. */
const FOR_ENDPOINT = [...GUARDS, McpHandler, PlainCalls];
const METHOD_KINDS = [ToolMethods, ResourceMethods, PromptMethods, CompletionMethods];
const PROTOCOL = [
  Requests,
  Offers,
  ...METHOD_KINDS,
  { provide: METHODS, inject: METHOD_KINDS, useFactory: (...methods: Methods[]) => methods },
  McpServerFactory,
  McpHandler,
  PlainCalls,
];

@Global()
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([Note, ToolPolicyRow]), SealingModule],
  controllers: [ResourceMetadataController],
  providers: [
    ...CALLS,
    ...GUARDS,
    ...POLICY,
    ...PROTOCOL,
    McpEvents,
    LegacySessions,
    SessionNews,
    ...BUILT_IN_TOOLS,
  ],
  exports: [
    ...FOR_ENDPOINT,
    LiveCensus,
    RunningCalls,
    DirectCalls,
    McpEvents,
    McpRegistry,
    ToolPolicies,
    ToolPolicyChanges,
    ToolPolicyNames,
  ],
})
export class McpModule {}
