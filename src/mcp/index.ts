export { JsonRpcFilter } from './json-rpc.filter.js';
export { McpEndpointModule } from './mcp-endpoint.module.js';
export { McpModule } from './mcp.module.js';
export { Completion, Prompt, Resource, ResourceTemplate, Tool } from './authoring/decorators.js';
export { Caller, Elicit, Input, Log, mcpCallOf, Progress, Signal } from './authoring/parameters.js';
export {
  PublicTool,
  Quota,
  Redact,
  RequireAnyScope,
  RequireRoles,
  RequireScopes,
  Risk,
  StepUp,
  Timeout,
} from './authoring/policy.decorators.js';
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
export {
  DirectCalls,
  ToolRefused,
  UnansweredQuestions,
  type DirectCaller,
  type RefusedBecause,
} from './calls/direct-calls.js';
export { LiveCensus } from './calls/live-census.js';
export { RunningCalls } from './calls/running-calls.js';
export { McpRegistry } from './items/mcp-registry.js';
export type { RegisteredTool } from './items/tool-item.js';
export { replay, type Replay } from './policy/record.js';
export type { Failure } from './policy/decide.js';
export { QUOTA_KEYS, type EffectivePolicy, type PolicyRules, type ToolPolicy } from './policy/rules.js';
export { isAbout, strictest } from './policy/strictest.js';
export { ToolPolicies } from './policy/tool-policies.js';
export {
  ToolPolicyChanges,
  ToolPolicyNameTaken,
  TooManyToolPolicies,
  type ToolPolicyValues,
} from './policy/tool-policy-changes.js';
export { ToolPolicyNames } from './policy/tool-policy-names.js';
export type { ToolPolicyView } from './policy/tool-policy-view.js';
