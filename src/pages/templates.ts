import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Eta } from 'eta';
import { ConfigError } from '../config/index.js';
import { PAGES_CONFIG } from './pages-config.js';
import type { PagesConfig } from './pages-config.js';
import { escapeText } from './text.js';

const BUILT_IN = fileURLToPath(new URL('./templates', import.meta.url));
const ETA = {
  views: BUILT_IN,
  cache: true,
  autoEscape: true,
  escapeFunction: escapeText,
  rmWhitespace: true,
  functionHeader: 'const { view, t, config, icons } = it;',
};

/** The templates of the pages: the built-in ones, and those that the installation puts in place of single ones. */
@Injectable()
export class Templates {
  private readonly logger = new Logger('pages');
  private readonly builtIn = new Eta(ETA);
  private readonly own: Eta | undefined;

  /** @throws ConfigError when a template of the installation replaces none that there is, or cannot be read. */
  constructor(@Inject(PAGES_CONFIG) { templates }: PagesConfig) {
    this.own = templates === undefined ? undefined : ownTemplates(templates);
  }

  /** A page that the installation's template fails to make is shown as it is built in: nobody is locked out by it. */
  render(page: string, data: object): string {
    if (!this.own) return this.builtIn.render(page, data);
    try {
      return this.own.render(page, data);
    } catch (error) {
      this.logger.error(
        { err: error, page },
        'a template in brand.templates fails; the built-in page is shown',
      );
      return this.builtIn.render(page, data);
    }
  }
}

/** Every template is asked for by its built-in place, so that one that is replaced may include one that is not. */
function ownTemplates(folder: string): Eta {
  const own = new Map(templatesIn(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  const eta = new Eta(ETA);
  eta.readFile = (path) => own.get(slashes(relative(BUILT_IN, path))) ?? readFileSync(path, 'utf8');
  const problems = [...own].flatMap(([name, template]) => problemOf(eta, name, template) ?? []);
  if (problems.length > 0) throw new ConfigError(problems);
  return eta;
}

const templatesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eta'))
    .map(slashes);

const slashes = (path: string): string => path.replaceAll('\\', '/');

/** Own parts may have any name; a page with a name that nothing asks for is a mistake. */
function problemOf(eta: Eta, name: string, template: string): string | undefined {
  if (!name.startsWith('parts/') && !existsSync(join(BUILT_IN, name)))
    return `brand.templates has ${name}, but there is no such page; there are ${templatesIn(BUILT_IN)
      .filter((each) => !each.startsWith('parts/'))
      .sort()
      .join(', ')}`;
  try {
    eta.compile(template);
    return undefined;
  } catch (error) {
    const [first, , second] = error instanceof Error ? error.message.split('\n') : [String(error)];
    return `brand.templates: ${name} cannot be read: ${[first, second].filter(Boolean).join(': ')}`;
  }
}
