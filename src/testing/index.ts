export { callTool, type CallAs, type ToolResult } from './call-tool.js';
export { TEST_ADMIN, testApp, type TestAppOptions } from './test-app.js';
export { ToolRefused, UnansweredQuestions, type RefusedBecause } from '../mcp/index.js';
