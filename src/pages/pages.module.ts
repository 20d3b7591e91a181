import { Module } from '@nestjs/common';
import type { DynamicModule, Provider } from '@nestjs/common';
import { AssetsController } from './assets.controller.js';
import { BrowserScripts } from './browser-scripts.js';
import { Pages } from './pages.js';
import { Stylesheet } from './stylesheet.js';
import { Templates } from './templates.js';

/** Imported once as it is when PAGES_CONFIG is provided globally, or through `register` with a provider of it. */
@Module({
  controllers: [AssetsController],
  providers: [Stylesheet, BrowserScripts, Templates, Pages],
  exports: [Pages],
})
export class PagesModule {
  static register(config: Provider): DynamicModule {
    return { module: PagesModule, global: true, providers: [config] };
  }
}
