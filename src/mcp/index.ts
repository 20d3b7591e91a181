export { JsonRpcFilter } from './json-rpc.filter.js';
export { McpModule } from './mcp.module.js';
export { Completion, Prompt, Resource, ResourceTemplate, Tool } from './authoring/decorators.js';
export { Caller, Elicit, Input, Log, mcpCallOf, Progress, Signal } from './authoring/parameters.js';
export { PublicTool, RequireScopes, Risk, Timeout } from './authoring/policy.decorators.js';
export {
  ToolError,
  type ClientLog,
  type McpCall,
  type ReportProgress,
  type ToolCaller,
} from './authoring/caller.js';
export { McpEvents } from './subscriptions/mcp-events.js';
export type { Elicitation } from './authoring/elicitation.js';
export type { CompletionInput } from './authoring/prompt.js';
export { RunningCalls } from './calls/running-calls.js';
export { McpRegistry } from './items/mcp-registry.js';
export type { RegisteredTool } from './items/tool-item.js';
