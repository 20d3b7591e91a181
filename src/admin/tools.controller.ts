import { Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { isAbout, McpRegistry, strictest, ToolPolicies, type RegisteredTool } from '../mcp/index.js';
import { AdminController } from './admin-controller.js';
import { found } from './admin-problem.js';
import { RequireAdminScope } from './require-admin-scope.js';
import { isForEverybody, ToolResponse, ToolsResponse } from './tools.response.js';

@AdminController('tools')
export class ToolsController {
  constructor(
    private readonly tools: McpRegistry,
    private readonly policies: ToolPolicies,
  ) {}

  @Get()
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({
    summary: 'The tools, in the order of their names, and what is asked of whoever calls them',
  })
  @ApiOkResponse({ type: ToolsResponse })
  async list(): Promise<ToolsResponse> {
    return { items: await Promise.all(this.tools.tools().map((tool) => this.said(tool))) };
  }

  @Get(':name')
  @RequireAdminScope('admin:settings:read')
  @ApiOperation({ summary: 'One tool' })
  @ApiOkResponse({ type: ToolResponse })
  show(@Param('name') name: string): Promise<ToolResponse> {
    return this.said(found(this.tools.tool(name)));
  }

  /** Policies about some callers only are named; what all callers are asked is with those for everybody. */
  private async said(tool: RegisteredTool): Promise<ToolResponse> {
    const about = (await this.policies.current()).filter((policy) => isAbout(policy, tool.name));
    return ToolResponse.of(tool, strictest(tool, about.filter(isForEverybody)), about);
  }
}
