import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { themeAccents } from './accent.js';
import { PAGES_CONFIG } from './pages-config.js';
import type { PagesConfig } from './pages-config.js';

/** The one stylesheet with the installation's accent, read once. */
@Injectable()
export class Stylesheet {
  readonly css: string;
  /** Changes with the content, so that a browser may keep each version for ever. */
  readonly version: string;

  constructor(@Inject(PAGES_CONFIG) config: PagesConfig) {
    this.css = readFileSync(fileOf(config), 'utf8') + accentRules(config.brand.accent);
    this.version = createHash('sha256').update(this.css).digest('hex').slice(0, 16);
  }
}

function fileOf({ templates }: PagesConfig): string | URL {
  const own = templates === undefined ? undefined : join(templates, 'gatehouse.css');
  return own !== undefined && existsSync(own) ? own : new URL('./gatehouse.css', import.meta.url);
}

function accentRules(accent: string | undefined): string {
  if (accent === undefined) return '';
  const { light, onLight, dark, onDark } = themeAccents(accent);
  return `
:root { --accent: ${light}; --on-accent: ${onLight}; }
@media (prefers-color-scheme: dark) { :root { --accent: ${dark}; --on-accent: ${onDark}; } }
`;
}
