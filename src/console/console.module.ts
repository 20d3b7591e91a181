import { Module, type DynamicModule } from '@nestjs/common';
import type { AppConfig } from '../config/index.js';
import { ConsoleController } from './console.controller.js';
import { ConsoleFiles } from './console-files.js';

/** The web console for operators: files for a browser, which does everything else over the admin API. */
@Module({})
export class ConsoleModule {
  static register({ policies }: AppConfig): DynamicModule {
    if (!policies.console) return { module: ConsoleModule };
    return { module: ConsoleModule, controllers: [ConsoleController], providers: [ConsoleFiles] };
  }
}
