import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
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
    const file = readFileSync(new URL('./gatehouse.css', import.meta.url), 'utf8');
    this.css = file + accentRules(config.brand.accent);
    this.version = createHash('sha256').update(this.css).digest('hex').slice(0, 16);
  }
}

function accentRules(accent: string | undefined): string {
  if (accent === undefined) return '';
  const { light, onLight, dark, onDark } = themeAccents(accent);
  return `
:root { --accent: ${light}; --on-accent: ${onLight}; }
@media (prefers-color-scheme: dark) { :root { --accent: ${dark}; --on-accent: ${onDark}; } }
`;
}
