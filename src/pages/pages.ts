import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { BrowserScripts } from './browser-scripts.js';
import { chooseLocale } from './choose-locale.js';
import { pageHeaders } from './headers.js';
import { PAGES_CONFIG } from './pages-config.js';
import type { PagesConfig } from './pages-config.js';
import { renderPage } from './renderer.js';
import { Stylesheet } from './stylesheet.js';
import { Templates } from './templates.js';
import { pageKindOf } from './views/index.js';
import type { PageView } from './views/index.js';

export interface SendOptions {
  /** 200 unless told. */
  status?: number;
  /** Where the form of this page may end up after its redirects: the client's redirect URI. */
  formTargets?: readonly string[];
}

/** Every page for people goes out through here. */
@Injectable()
export class Pages {
  constructor(
    @Inject(PAGES_CONFIG) private readonly config: PagesConfig,
    private readonly stylesheet: Stylesheet,
    private readonly templates: Templates,
    private readonly scripts: BrowserScripts,
  ) {}

  send(req: Request, res: Response, view: PageView, options: SendOptions = {}): void {
    const locale = chooseLocale(req.headers['accept-language']);
    const kind = pageKindOf(view);
    const usesPasskeys = kind.usesPasskeys?.(view) ?? false;
    const html = renderPage(view, {
      config: this.config,
      locale,
      now: new Date(),
      stylesheetVersion: this.stylesheet.version,
      templates: this.templates,
      ...(usesPasskeys && { scriptVersion: this.scripts.version }),
    });
    const headers = pageHeaders({
      language: locale.language.code,
      formTargets: options.formTargets ?? [],
      severOpener: kind.severOpener,
      ...(kind.script !== undefined && { script: kind.script }),
      ...(kind.formLeaves && { formLeaves: true }),
      ...(usesPasskeys && { scriptFile: true }),
    });
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    res.setHeader('Content-Length', Buffer.byteLength(html));
    res.status(options.status ?? 200).end(html);
  }
}
