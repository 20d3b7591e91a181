import type { Locale } from './choose-locale.js';
import { favicon, icons } from './icons.js';
import { safeHref } from './links.js';
import { Moments } from './moments.js';
import type { PagesConfig } from './pages-config.js';
import { linkPhrase, plainPhrase, richPhrase } from './phrase.js';
import { scopeSentence } from './scope-sentence.js';
import type { Templates } from './templates.js';
import { cleanHost, cleanText, escapeExactly, letterMark } from './text.js';
import { asksForMore } from './views/consent.view.js';
import { pageKindOf } from './views/index.js';
import type { PageView } from './views/index.js';

export interface Rendering {
  config: PagesConfig;
  locale: Locale;
  now: Date;
  stylesheetVersion: string;
  templates: Templates;
  /** Of the script file, for a page that loads it. */
  scriptVersion?: string;
}

export function renderPage(view: PageView, rendering: Rendering): string {
  const { config, locale, templates } = rendering;
  const t = locale.language.strings;
  const kind = pageKindOf(view);
  const heading = kind.heading(view, t, config.brand.name);
  return templates.render(kind.page, {
    view,
    t,
    config,
    icons,
    favicon,
    width: kind.width,
    script: kind.script,
    scriptFile:
      rendering.scriptVersion && `${config.basePath}/assets/passkeys.js?v=${rendering.scriptVersion}`,
    lang: locale.language.code,
    title: plainPhrase(heading),
    heading: richPhrase(heading),
    stylesheet: `${config.basePath}/assets/gatehouse.css?v=${rendering.stylesheetVersion}`,
    ...helpers(rendering),
  });
}

/** What templates may call. Those that return markup escape what they are given. */
function helpers({ config, locale, now }: Rendering) {
  const moments = new Moments(locale.tag, locale.language.strings.justNow);
  const plural = new Intl.PluralRules(locale.tag);
  const counted = (count: number, words: { one: string; other: string }) =>
    plainPhrase({
      text: plural.select(count) === 'one' ? words.one : words.other,
      values: { count: count.toLocaleString(locale.tag) },
    });
  return {
    href: (href: string | undefined) => (href === undefined ? undefined : safeHref(href, config.basePath)),
    say: (text: string, values?: Record<string, string>) => richPhrase(values ? { text, values } : { text }),
    plain: (text: string, values: Record<string, string>) => plainPhrase({ text, values }),
    sayLink: (text: string, path: string, label: string) => linkPhrase(text, config.basePath + path, label),
    moment: (at: Date) => moments.at(at, now),
    /** Values that come back must come back unchanged, so only markup is escaped. */
    exact: escapeExactly,
    counted,
    countedRich: (count: number, words: { one: string; other: string }, values: Record<string, string>) =>
      richPhrase({
        text: plural.select(count) === 'one' ? words.one : words.other,
        values: { ...values, count: count.toLocaleString(locale.tag) },
      }),
    name: cleanText,
    host: cleanHost,
    letter: letterMark,
    asksForMore,
    sentence: (scope: { scope: string; sentence: string }) =>
      cleanText(scopeSentence(scope, locale.language.strings), 240),
  };
}
