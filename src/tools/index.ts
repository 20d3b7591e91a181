import { Module, type Type } from '@nestjs/common';

/** The providers of tools of your own; `npm run generate tool <name>` adds one (docs/tools.md). */
const TOOLS: Type[] = [];

@Module({ providers: TOOLS })
export class ToolsModule {}
