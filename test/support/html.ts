/** A form as a browser would find it in a page. */
export interface HtmlForm {
  /** As written in the page; `''` when there is none. */
  action: string;
  method: 'get' | 'post';
  attributes: Record<string, string>;
  inputs: HtmlInput[];
  buttons: HtmlButton[];
  /** What is submitted when nothing is typed or ticked: every named field with its value, without the buttons. */
  fields: [string, string][];
  /** The hidden ones alone. */
  hidden: Record<string, string>;
}

export interface HtmlInput {
  name: string;
  type: string;
  value: string;
  checked: boolean;
  attributes: Record<string, string>;
}

export interface HtmlButton {
  name: string;
  value: string;
  text: string;
}

/** Every form of a page, in order. */
export function formsOf(html: string): HtmlForm[] {
  const forms: HtmlForm[] = [];
  let form: HtmlForm | undefined;
  let button: HtmlButton | undefined;
  for (const token of scan(html)) {
    if (token.kind === 'text') {
      if (button) button.text += token.text;
      continue;
    }
    if (token.name === 'form') {
      form = token.closing ? undefined : emptyForm(token.attributes);
      if (form) forms.push(form);
    } else if (form && token.name === 'input') addInput(form, token.attributes);
    else if (form && token.name === 'button') {
      button = token.closing ? undefined : buttonOf(token.attributes);
      if (button) form.buttons.push(button);
    }
  }
  for (const each of forms.flatMap((found) => found.buttons)) each.text = squeeze(each.text);
  return forms;
}

/** The first form whose action ends with `action` or, for a function, that it accepts. @throws Error naming what is there. */
export function formOf(html: string, wanted: string | ((form: HtmlForm) => boolean)): HtmlForm {
  const forms = formsOf(html);
  const matches =
    typeof wanted === 'function' ? wanted : (form: HtmlForm) => form.action.split('?')[0]!.endsWith(wanted);
  const form = forms.find(matches);
  if (form) return form;
  const there = forms.map((each) => each.action).join(', ') || 'none';
  throw new Error(`The page has no such form (forms: ${there}): ${textOf(html).slice(0, 400)}`);
}

/** What a person reads, in one line: no tags, no scripts, entities resolved. */
export function textOf(html: string): string {
  const parts: string[] = [];
  for (const token of scan(html)) parts.push(token.kind === 'text' ? token.text : ' ');
  return squeeze(parts.join(''));
}

/** The one script file that pages load is ours; whatever else is a script is not. */
export const withoutOurScript = (html: string): string =>
  html.replace(/<script src="[^"<>]*\/assets\/passkeys\.js\?v=[0-9a-f]{16}" defer><\/script>/, '');

/** `href` of every link. */
export function linksOf(html: string): string[] {
  return [...scan(html)].flatMap((token) =>
    token.kind === 'tag' && token.name === 'a' && token.attributes['href'] !== undefined
      ? [token.attributes['href']]
      : [],
  );
}

function emptyForm(attributes: Record<string, string>): HtmlForm {
  const method = attributes['method']?.toLowerCase() === 'post' ? 'post' : 'get';
  const action = attributes['action'] ?? '';
  return { action, method, attributes, inputs: [], buttons: [], fields: [], hidden: {} };
}

function addInput(form: HtmlForm, attributes: Record<string, string>): void {
  const type = (attributes['type'] ?? 'text').toLowerCase();
  const name = attributes['name'] ?? '';
  if (type === 'submit') {
    form.buttons.push({ name, value: attributes['value'] ?? '', text: attributes['value'] ?? '' });
    return;
  }
  const ticks = type === 'checkbox' || type === 'radio';
  const checked = 'checked' in attributes;
  const value = attributes['value'] ?? (ticks ? 'on' : '');
  form.inputs.push({ name, type, value, checked, attributes });
  if (!name || 'disabled' in attributes) return;
  if (type === 'hidden') form.hidden[name] = value;
  if (!ticks || checked) form.fields.push([name, value]);
}

function buttonOf(attributes: Record<string, string>): HtmlButton | undefined {
  const type = attributes['type'] ?? 'submit';
  return type === 'submit'
    ? { name: attributes['name'] ?? '', value: attributes['value'] ?? '', text: '' }
    : undefined;
}

type Token =
  | { kind: 'text'; text: string }
  | { kind: 'tag'; name: string; closing: boolean; attributes: Record<string, string> };

const TAG = /<!--[\s\S]*?-->|<!doctype[^>]*>|<(\/?)([a-z][a-z0-9-]*)((?:"[^"]*"|'[^']*'|[^"'>])*)>/gi;
const ATTRIBUTE = /([^\s=/"'>]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g;

function* scan(html: string): Generator<Token> {
  let at = 0;
  let raw: string | undefined;
  for (const match of html.matchAll(TAG)) {
    const [whole, slash, tag] = match;
    const name = tag?.toLowerCase();
    // Inside these nothing but their own end tag counts, and nobody reads their text.
    if (raw !== undefined && !(slash && name === raw)) continue;
    if (raw === undefined && match.index > at)
      yield { kind: 'text', text: decode(html.slice(at, match.index)) };
    at = match.index + whole.length;
    raw = !slash && (name === 'script' || name === 'style' || name === 'title') ? name : undefined;
    if (name) yield { kind: 'tag', name, closing: slash === '/', attributes: attributesOf(match[3] ?? '') };
  }
  if (raw === undefined && at < html.length) yield { kind: 'text', text: decode(html.slice(at)) };
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    found[name!.toLowerCase()] ??= decode(double ?? single ?? bare ?? '');
  }
  return found;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

function decode(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex) return String.fromCodePoint(parseInt(hex, 16));
      if (decimal) return String.fromCodePoint(Number(decimal));
      return NAMED[name!.toLowerCase()] ?? whole;
    },
  );
}

const squeeze = (text: string): string => text.replace(/\s+/g, ' ').trim();
