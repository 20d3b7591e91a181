export { JsonRpcFilter } from './json-rpc.filter.js';
export { McpModule } from './mcp.module.js';
export { RequireScopes, Tool } from './decorators.js';
export { ToolError, type ToolCaller } from './tool.js';
export { RunningCalls } from './running-calls.js';
export { ToolRegistry } from './tool-registry.js';
export type { RegisteredTool } from './tool-declaration.js';
