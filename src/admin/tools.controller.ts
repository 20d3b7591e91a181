import { Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty } from '@nestjs/swagger';
import { McpRegistry, type RegisteredTool } from '../mcp/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { TEXT, TEXTS } from './response-fields.js';

/** What can be called over MCP, and by whom. */
export class ToolResponse {
  @ApiProperty(TEXT) name!: string;
  @ApiProperty(TEXT) title!: string;
  @ApiProperty({ ...TEXTS, description: 'Scopes that a token must have, or include' })
  scopes!: readonly string[];
  @ApiProperty({ enum: ['read', 'change', 'destructive'] }) risk!: string;
  @ApiProperty({ type: 'integer', description: 'A call that takes longer is ended' }) timeout_ms!: number;

  static of(this: void, { name, title, scopes, risk, timeoutMs }: RegisteredTool): ToolResponse {
    return { name, title, scopes, risk, timeout_ms: timeoutMs };
  }
}

export class ToolsResponse {
  @ApiProperty({ type: ToolResponse, isArray: true }) items!: ToolResponse[];
}

@AdminController('tools')
export class ToolsController {
  constructor(private readonly tools: McpRegistry) {}

  @Get()
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'The tools, in the order of their names' })
  @ApiOkResponse({ type: ToolsResponse })
  list(): ToolsResponse {
    return { items: this.tools.tools().map(ToolResponse.of) };
  }

  @Get(':name')
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'One tool' })
  @ApiOkResponse({ type: ToolResponse })
  show(@Param('name') name: string): ToolResponse {
    return ToolResponse.of(found(this.tools.tool(name)));
  }
}
