import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';

/** The one script file that pages load, read once. */
@Injectable()
export class BrowserScripts {
  readonly passkeys = readFileSync(new URL('./passkeys.browser.js', import.meta.url), 'utf8');
  /** Changes with the content, so that a browser may keep each version for ever. */
  readonly version = createHash('sha256').update(this.passkeys).digest('hex').slice(0, 16);
}
