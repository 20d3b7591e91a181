import { shown } from './exchanges.js';
import type { Stage } from './options.js';
import { Surprise } from './surprise.js';

/** Where the way ended, and what the person was asked on it. */
export interface Walk {
  readonly callback: URL;
  /** One sentence for each scope, as the consent page has it. */
  readonly asked: readonly { readonly sentence: string; readonly isNew: boolean }[];
}

interface Form {
  readonly action: string;
  readonly html: string;
}

const MAX_STEPS = 12;

/** A person at a browser without JavaScript: follows redirects, fills in plain forms, and says yes. */
export class Person {
  private readonly fetch = shown('person');
  private readonly cookies = new Map<string, string>();
  private asked: Walk['asked'] = [];

  constructor(private readonly stage: Stage) {}

  /** From the address an app sends a browser to, until the browser is back at the app. */
  async follow(start: URL): Promise<Walk> {
    this.asked = [];
    let page: { url: URL; response: Response } = { url: start, response: await this.request(start) };
    for (let step = 0; step < MAX_STEPS; step++) {
      const location = page.response.headers.get('location');
      const next = location === null ? undefined : new URL(location, page.url);
      if (next && next.origin !== start.origin) return { callback: next, asked: this.asked };
      page = next ? { url: next, response: await this.request(next) } : await this.submit(page);
    }
    throw new Surprise('The browser was sent from page to page and never back to the app');
  }

  private async submit({ url, response }: { url: URL; response: Response }) {
    const html = await response.text();
    const form = formsOf(html).find(({ html: text }) => /name="(?:password|decision)"/.test(text));
    if (!form)
      throw new Surprise(`${url.pathname} (${response.status}) has no form to fill in: ${titleOf(html)}`);
    if (/id="problem"/.test(html))
      throw new Surprise(`${url.pathname} refused the sign-in of ${this.stage.email}`);
    const fields = hiddenFields(form.html);
    if (/name="password"/.test(form.html)) {
      fields.set('email', this.stage.email);
      fields.set('password', this.stage.password);
    } else {
      this.asked = scopesOf(html);
      fields.set('decision', 'approve');
    }
    const target = new URL(form.action, url);
    return { url: target, response: await this.request(target, { method: 'POST', body: fields }) };
  }

  private async request(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { 'accept-language': 'en', origin: url.origin, ...(cookie && { cookie }) };
    const response = await this.fetch(url, { ...init, headers, redirect: 'manual' });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(set) ?? [];
      this.cookies.set(name, value);
    }
    return response;
  }
}

function formsOf(html: string): Form[] {
  return [...html.matchAll(/<form [^>]*action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = '', inner = '']) => ({ action: decoded(action), html: inner }),
  );
}

function hiddenFields(html: string): URLSearchParams {
  const found = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return new URLSearchParams(
    [...found].map(([, name = '', value = '']): [string, string] => [decoded(name), decoded(value)]),
  );
}

function scopesOf(html: string): Walk['asked'] {
  const list = /<ul class="scopes">[\s\S]*?<form|<ul class="scopes">[\s\S]*/.exec(html)?.[0] ?? '';
  const found = list.matchAll(/<li>\s*<p>([^<]*)<\/p>\s*(?:<p class="badges">([\s\S]*?)<\/p>)?/g);
  return [...found].map(([, sentence = '', badges = '']) => ({
    sentence: decoded(sentence.trim()),
    isNew: badges.includes('badge accent'),
  }));
}

const titleOf = (html: string): string => decoded(/<title>([^<]*)/.exec(html)?.[1] ?? 'no title');

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);
