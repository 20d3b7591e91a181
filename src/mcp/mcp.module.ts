import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { McpController } from './mcp.controller.js';
import { McpServerFactory } from './mcp-server.factory.js';
import { ResourceMetadataController } from './resource-metadata.controller.js';
import { RunningCalls } from './running-calls.js';
import { ToolAudit } from './tool-audit.js';
import { ToolDispatcher } from './tool-dispatcher.js';
import { ToolRegistry } from './tool-registry.js';
import { BUILT_IN_TOOLS } from './tools/index.js';
import { Note } from './tools/note.entity.js';

@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([Note])],
  controllers: [McpController, ResourceMetadataController],
  providers: [ToolRegistry, ToolAudit, ToolDispatcher, McpServerFactory, RunningCalls, ...BUILT_IN_TOOLS],
  exports: [RunningCalls, ToolRegistry],
})
export class McpModule {}
