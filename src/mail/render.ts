import type { AppConfig } from '../config/index.js';
import { cleanName, escapeText, visibleText } from '../pages/index.js';
import type { FinishedLetter } from './letter.js';
import { wordsIn, type Words } from './words/index.js';

export interface RenderedLetter {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

type Values = Readonly<Record<string, string>>;
type Setting = Pick<AppConfig, 'publicUrl' | 'brand' | 'mail'>;

const PLACE = /\{(\w+)\}/g;

/** The letter as plain text and as simple HTML. Names are text in both, of one line and not endless. */
export function renderLetter(
  { letter, link }: FinishedLetter,
  { publicUrl, brand, mail }: Setting,
): RenderedLetter {
  const language = letter.language ?? mail.language;
  const words = wordsIn(language);
  const { subject, lines, button, otherwise } = words.letters[letter.kind];
  const values: Values = {
    brand: brand.name,
    host: publicUrl,
    email: letter.to,
    name: cleanName(letter.name ?? ''),
    item: cleanName(letter.item ?? '', 320),
    until: link ? moment(link.until, language) : '',
    when: moment(new Date(letter.at), language),
    where: letter.ip ?? words.unknownPlace,
  };
  const paragraphs = [letter.name ? words.greeting : words.greetingNoName, ...lines];
  const closing = [...(link ? [] : [words.details]), otherwise];
  const href = link && `${publicUrl}${link.path}`;
  const filled = { paragraphs, closing, footer: words.footer, values };
  return {
    subject: fill(subject, values, visibleText),
    text: asText(filled, href),
    html: asHtml({ ...filled, language, button }, href),
  };
}

interface Parts {
  readonly paragraphs: readonly string[];
  readonly closing: readonly string[];
  readonly footer: Words['footer'];
  readonly values: Values;
}

function asText({ paragraphs, closing, footer, values }: Parts, href: string | undefined): string {
  const say = (text: string) => fill(text, values, visibleText);
  return [
    ...paragraphs.map(say),
    ...(href ? [href] : []),
    ...closing.map(say),
    `-- \n${say(footer)}`,
    '',
  ].join('\n\n');
}

const BODY = 'margin:0;padding:24px;background:#f7f7f5;color:#16181d;font:15px/1.5 system-ui,sans-serif';
const CARD =
  'max-width:420px;margin:0 auto;padding:32px;background:#ffffff;border:1px solid #e3e4e0;border-radius:12px';
const BUTTON =
  'display:inline-block;padding:10px 16px;border-radius:8px;background:#1f5eff;color:#ffffff;font-weight:600;text-decoration:none';

function asHtml(
  {
    paragraphs,
    closing,
    footer,
    values,
    language,
    button,
  }: Parts & { language: string; button: string | undefined },
  href: string | undefined,
): string {
  const say = (text: string) => fill(text, values, escapeText);
  const p = (text: string, style = '') => `<p style="margin:0 0 16px${style}">${say(text)}</p>`;
  const action =
    href && button
      ? `<p style="margin:0 0 16px"><a href="${escapeText(href)}" style="${BUTTON}">${say(button)}</a></p>`
      : '';
  return (
    `<!doctype html><html lang="${escapeText(language)}"><head><meta charset="utf-8"></head><body style="${BODY}">` +
    `<div style="${CARD}">${paragraphs.map((text) => p(text)).join('')}${action}` +
    `${closing.map((text) => p(text)).join('')}${p(footer, ';color:#5a606b;font-size:13px')}</div></body></html>`
  );
}

function fill(text: string, values: Values, make: (value: string) => string): string {
  return text.replace(PLACE, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : make(value);
  });
}

function moment(at: Date, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(at);
}
