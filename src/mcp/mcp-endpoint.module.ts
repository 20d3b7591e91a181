import { Module } from '@nestjs/common';
import { McpController } from './mcp.controller.js';

/** The endpoint alone, so that it can stand before everything else: Express looks through all routes in their order. */
@Module({ controllers: [McpController] })
export class McpEndpointModule {}
