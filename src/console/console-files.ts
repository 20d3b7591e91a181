import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../config/index.js';

/** Made by `npm run build`. */
const FOLDER = join(import.meta.dirname, '../../console');

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface ConsoleFile {
  readonly content: Buffer;
  readonly type: string;
  /** The same, as RFC 7932 writes it. */
  readonly brotli: Buffer | undefined;
}

/** The built console, read once. */
@Injectable()
export class ConsoleFiles {
  private readonly assets = new Map<string, ConsoleFile>();
  /** `undefined` when the console has not been built. */
  readonly page: { readonly html: string; readonly etag: string } | undefined;

  constructor(private readonly config: AppConfig) {
    const index = join(FOLDER, 'index.html');
    if (!existsSync(index)) return;
    const html = this.fill(readFileSync(index, 'utf8'));
    this.page = { html, etag: `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"` };
    for (const name of readdirSync(join(FOLDER, 'assets'))) this.keep(name);
  }

  /** A file whose name has the digest of its content in it. */
  asset(name: string): ConsoleFile | undefined {
    return this.assets.get(name);
  }

  private keep(name: string): void {
    const type = TYPES[extname(name)];
    if (!type) return;
    const path = join(FOLDER, 'assets', name);
    const brotli = existsSync(`${path}.br`) ? readFileSync(`${path}.br`) : undefined;
    this.assets.set(name, { content: readFileSync(path), type, brotli });
  }

  /** Tells the page where it is and whose it is: the same files serve every installation. */
  private fill(html: string): string {
    const { basePath, publicUrl, brand } = this.config;
    return html
      .replaceAll('{{base}}', escape(`${basePath}/console/`))
      .replaceAll('{{issuer}}', escape(publicUrl))
      .replaceAll('{{name}}', escape(brand.name));
  }
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
