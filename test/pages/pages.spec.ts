import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Req, Res } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Request, Response } from 'express';
import { createHash } from 'node:crypto';
import type { Server } from 'node:http';
import request from 'supertest';
import { Pages, PAGES_CONFIG, PagesModule } from '../../src/pages/index.js';
import type { ConsentView, LoginView, PagesConfig, PageView, SendOptions } from '../../src/pages/index.js';
import { withoutOurScript } from '../support/html.js';
import { endless, hostileViews, markup, reversed } from './hostile-views.js';

let next: { view: PageView; options?: SendOptions };

@Controller()
class AnyPage {
  constructor(private readonly pages: Pages) {}

  @Get('page')
  page(@Req() req: Request, @Res() res: Response): void {
    this.pages.send(req, res, next.view, next.options);
  }
}

const config: PagesConfig = {
  basePath: '/base',
  brand: {
    name: 'Example & Co',
    accent: '#ffcc00',
    supportUrl: 'https://help.example.com/',
    footer: 'IT <services>',
  },
};

const plainLogin: LoginView = {
  page: 'login',
  providers: [],
  byAddress: false,
  localAccounts: true,
  hidden: {},
  csrf: 'token',
};

const plainConsent: ConsentView = {
  page: 'consent',
  client: { name: 'Claude Code', clientId: 'dyn_1', approved: false },
  account: { email: 'ada@example.com' },
  switchAccountHref: '/login?switch=1',
  resourceName: 'Example Notes',
  groups: [
    {
      kind: 'change',
      scopes: [
        {
          scope: 'notes:write',
          sentence: 'Change your notes.',
          destructive: true,
          isNew: false,
          tools: [{ name: 'notes_delete', title: 'Delete a note', destructive: true }],
        },
      ],
    },
  ],
  redirectHost: '127.0.0.1:53682',
  onThisComputer: true,
  remembered: false,
  accessEndsAfterDays: 30,
  hidden: { request: 'r&1' },
  csrf: 'token',
};

const pageNames = hostileViews('x').map((view) => view.page);
const languageTags = ['en', 'de'];

describe('pages for people', () => {
  let app: INestApplication<Server>;

  beforeAll(async () => {
    const testing = await Test.createTestingModule({
      imports: [PagesModule.register({ provide: PAGES_CONFIG, useValue: config })],
      controllers: [AnyPage],
    }).compile();
    app = testing.createNestApplication<INestApplication<Server>>({ logger: false });
    await app.init();
  });

  afterAll(() => app.close());

  beforeEach(() => {
    next = { view: plainLogin };
  });

  function get(view: PageView, language = 'en', options?: SendOptions) {
    next = options ? { view, options } : { view };
    return request(app.getHttpServer()).get('/page').set('Accept-Language', language);
  }

  function hostile(page: PageView['page'], text: string): PageView {
    const view = hostileViews(text).find((candidate) => candidate.page === page);
    if (!view) throw new Error(`no hostile view of ${page}`);
    return view;
  }

  /** What passkeys are asked with is read by our script, and shown to nobody. */
  const shownIn = (text: string): string => withoutOurScript(text).replaceAll(/ data-options="[^"]*"/g, '');

  function policyOf(headers: Record<string, string>): Map<string, string> {
    const directives = (headers['content-security-policy'] ?? '').split('; ');
    return new Map(
      directives.map((directive) => [directive.split(' ')[0] ?? '', directive.split(' ').slice(1).join(' ')]),
    );
  }

  describe.each(pageNames)('%s', (page) => {
    it.each(languageTags)('shows hostile names as text in %s', async (language) => {
      const text = shownIn((await get(hostile(page, markup), language)).text);
      expect(text).not.toContain('<img');
      expect(text.replaceAll('&quot;', '')).not.toMatch(/"[^"<>]*onerror=alert\(1\)[^"<>]*=/);
      expect(text).toContain('&lt;img src=x');
      expect(text).not.toMatch(/<script|\sstyle=|\son\w+=["']/i);
      expect(text).not.toMatch(/(href|action|src)="\s*(javascript|data:text)/i);
    });

    it('shows no direction controls and no zero-width characters', async () => {
      const text = shownIn((await get(hostile(page, reversed))).text);
      const shown = text.replaceAll(/<input type="(hidden|checkbox)"[^>]*>/g, '');
      expect(shown).not.toMatch(/[\u200B-\u200F\u202A-\u202E\u2066-\u2069]/);
      expect(shown).toContain('Safe gnp.exe');
    });

    it('stays small when names are endless', async () => {
      const text = shownIn((await get(hostile(page, endless))).text);
      const shown = text
        .replaceAll(/<input type="(hidden|checkbox)"[^>]*>/g, '')
        .replaceAll(/(value|href)="[^"]*W{500}"/g, '');
      expect(Buffer.byteLength(shown)).toBeLessThan(50_000);
      expect(shown).not.toContain('W'.repeat(500));
    });

    it.each(languageTags)('has every word in %s', async (language) => {
      const { text, headers } = await get(hostile(page, 'Ada'), language);
      expect(headers['content-language']).toBe(language);
      expect(text).toContain(`<html lang="${language}">`);
      expect(text).not.toMatch(/undefined|null|NaN|\[object|\{\w+\}|<%/);
      expect(text.match(/<h1>/g)).toHaveLength(1);
    });

    it('carries the headers of a personal page, refused or not', async () => {
      for (const status of [200, 403, 503]) {
        const answer = await get(hostile(page, 'Ada'), 'en', { status });
        expect(answer.status).toBe(status);
        expect(answer.headers).toMatchObject({
          'content-type': 'text/html; charset=utf-8',
          'cache-control': 'no-store',
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
        });
        expect(answer.headers['etag']).toBeUndefined();
        expect(Object.fromEntries(policyOf(answer.headers))).toEqual({
          'default-src': "'none'",
          ...(answer.text.includes('<script') && { 'script-src': "'self'" }),
          'style-src': "'self'",
          'img-src': "'self' data:",
          'form-action': page === 'refused-request' ? "'none'" : "'self'",
          'base-uri': "'none'",
          'frame-ancestors': "'none'",
        });
      }
    });

    it('asks no third party and stays under the base path', async () => {
      const text = shownIn((await get(hostile(page, 'Ada'))).text);
      expect(text).not.toMatch(/<(script|iframe|object|embed|base|form[^>]*action="(?!\/base\/))/);
      for (const [, href] of text.matchAll(/<(?:a|link)[^>]*\shref="([^"]*)"/g)) {
        expect(
          href === '' || /^(\/base\/|data:image\/svg|https:\/\/help\.example\.com\/)/.test(href ?? ''),
        ).toBe(true);
      }
    });
  });

  it('keeps the tie to the opening window on every page of an OAuth flow', async () => {
    for (const page of ['login', 'consent', 'error'] as const) {
      const { headers } = await get(hostile(page, 'Ada'));
      expect(headers['cross-origin-opener-policy']).toBeUndefined();
    }
    const { headers } = await get(hostile('account', 'Ada'));
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
  });

  it('lets a form end where the client waits, and nowhere else', async () => {
    const { headers } = await get(plainConsent, 'en', {
      formTargets: ['http://127.0.0.1:53682/callback', 'cursor://cb', 'javascript:alert(1)', 'https://*/'],
    });
    expect(policyOf(headers).get('form-action')).toBe("'self' http://127.0.0.1:53682 cursor:");
  });

  it('signs in with the fields a password manager knows', async () => {
    const { text } = await get({ ...plainLogin, returnTo: '/oauth2/authorize?a=1&b=2' });
    expect(text).toMatch(/<form method="post" action="\/base\/login">/);
    expect(text).toMatch(/<input[^>]*name="email"[^>]*autocomplete="username"/);
    expect(text).toMatch(
      /<input[^>]*name="password"[^>]*type="password"[^>]*autocomplete="current-password"/,
    );
    expect(text).toContain('<input type="hidden" name="csrf" value="token">');
    expect(text).toContain('<input type="hidden" name="return_to" value="/oauth2/authorize?a=1&amp;b=2">');
  });

  it('ties a refused password to its fields and keeps the email', async () => {
    const { text } = await get({ ...plainLogin, email: 'ada@example.com', problem: 'bad_credentials' });
    expect(text).toContain('role="alert"');
    expect(text.match(/aria-invalid="true" aria-describedby="problem"/g)).toHaveLength(2);
    expect(text).toContain('value="ada@example.com"');
  });

  it('shows only the ways in that exist', async () => {
    const providers = [{ id: 'corporate', label: 'Example SSO', href: '/sso/corporate' }];
    const outside = await get({ ...plainLogin, localAccounts: false, providers });
    expect(outside.text).not.toContain('name="password"');
    expect(outside.text).toContain('href="/base/sso/corporate"');
    const none = await get({ ...plainLogin, localAccounts: false });
    expect(none.text).toContain('No way to sign in is set up yet');
  });

  it('asks for consent with the truth and two equal buttons', async () => {
    const { text } = await get(plainConsent);
    expect(text).toContain('<h1>Allow <bdi>Claude Code</bdi> to use <bdi>Example Notes</bdi>?</h1>');
    expect(text).toContain('Not verified');
    expect(text).toContain('127.0.0.1:53682');
    expect(text).toContain('a program on this computer');
    expect(text).toContain('Can delete or overwrite');
    expect(text).toContain('notes_delete');
    expect(text).toContain('ada@example.com');
    expect(text).toContain('href="/base/login?switch=1"');
    expect(text).toContain('href="/base/account"');
    expect(text).toContain('<input type="hidden" name="request" value="r&amp;1">');
    expect(text.match(/<button[^>]*name="decision" value="(approve|deny)"/g)).toHaveLength(2);
  });

  it('only confirms what was allowed before, unless something is new', async () => {
    const again = await get({ ...plainConsent, remembered: true });
    expect(again.text).toContain('<h1>Continue with <bdi>Claude Code</bdi>?</h1>');
    expect(again.text).toMatch(/<details class="section"><summary>What it may do/);
    const groups = plainConsent.groups.map((group) => ({
      ...group,
      scopes: group.scopes.map((scope) => ({ ...scope, isNew: true })),
    }));
    const more = await get({ ...plainConsent, remembered: true, groups });
    expect(more.text).toContain('<h1>Allow <bdi>Claude Code</bdi>');
    expect(more.text).toContain('It now asks for more');
  });

  it('leaves out nothing by itself, and says of each box what it leaves out', async () => {
    const { text } = await get(hostile('consent', 'Ada'));
    expect(text).toMatch(
      /<input type="checkbox" name="leave_out" value="Ada" aria-label="Leave this out: Ada"><span>Leave this out</,
    );
    expect(text.match(/type="checkbox"/g)).toHaveLength(1);
    expect(text).not.toContain('checked');
  });

  it('says of an app that has changed that it has', async () => {
    const { text } = await get({ ...plainConsent, changed: true });
    expect(text).toContain('This app has changed since you allowed it');
    expect((await get(plainConsent)).text).not.toContain('has changed');
  });

  it('says whom an app on this computer claims to be, and that it cannot prove it', async () => {
    const client = { ...plainConsent.client, claimedHost: 'claude.ai' };
    const { text } = await get({ ...plainConsent, client });
    expect(text).toContain('It says that it comes from <bdi>claude.ai</bdi>');
    expect(text).toContain('Not verified');
  });

  it('offers to go on as the account that is signed in, beside another', async () => {
    const present = { name: 'Ada', email: 'ada@example.com', href: '/oauth2/authorize?a=1&b=2' };
    const { text } = await get({ ...plainLogin, present });
    expect(text).toMatch(
      /<a class="button primary wide" href="\/base\/oauth2\/authorize\?a=1&amp;b=2"><span>Continue as <bdi>Ada</,
    );
    expect(text).toContain('name="password"');
    expect(text).not.toContain('autofocus');
  });

  describe('an answer that is posted', () => {
    const fields = { code: 'c"><script>alert(1)</script>', state: 'a\u200Bb  c\u0000', iss: 'https://x' };
    const action = 'https://app.example/cb?a="><script>alert(1)</script>&b=1';
    const view: PageView = { page: 'form-post', host: 'app.example', action, fields };
    const posted = () => get(view, 'en', { formTargets: ['https://app.example/cb'] });

    it('goes where the client waits and nowhere else, by a script of its own alone', async () => {
      const { text, headers } = await posted();
      const [, script = ''] = /<script>([^<]*)<\/script>/.exec(text) ?? [];
      const hash = createHash('sha256').update(script).digest('base64');
      expect(Object.fromEntries(policyOf(headers))).toEqual({
        'default-src': "'none'",
        'script-src': `'sha256-${hash}'`,
        'style-src': "'self'",
        'img-src': "'self' data:",
        'form-action': 'https://app.example',
        'base-uri': "'none'",
        'frame-ancestors': "'none'",
      });
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(text.match(/<script/g)).toHaveLength(1);
      expect(script).toBe('document.forms[0].submit()');
    });

    it('carries every value unchanged and none as markup, and has a button for who runs no scripts', async () => {
      const { text } = await posted();
      expect(text).toContain('name="code" value="c&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
      expect(text).toContain('name="state" value="a\u200Bb  c\u0000"');
      expect(text).toContain(
        'action="https://app.example/cb?a=&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;b=1"',
      );
      expect(text).toMatch(/<button class="primary wide" type="submit">Continue<\/button>/);
    });

    it('goes nowhere when there is no web address to post to', async () => {
      const { headers } = await get(view, 'en', { formTargets: ['javascript:alert(1)'] });
      expect(policyOf(headers).get('form-action')).toBe("'none'");
    });
  });

  it('says what stops before anything is ended', async () => {
    const { text } = await get(hostile('account', 'Ada'));
    for (const action of ['apps/end', 'end-all']) {
      const form = text.slice(text.indexOf(`action="/base/account/${action}"`));
      expect(form.indexOf('What stops:')).toBeLessThan(form.indexOf('<button'));
    }
    expect(text).toContain('name="client_id" value="Ada"');
    expect(text).toContain('name="session_id" value="Ada"');
    expect(text).toContain('<time datetime="2026-01-02T03:04:05.000Z"');
  });

  it('offers no way back that is not a web address', async () => {
    const { text } = await get({
      page: 'signed-out',
      continueHref: 'javascript:alert(1)',
      continueHost: 'app.example',
    });
    expect(text).not.toContain('javascript:');
    expect(text).not.toContain('app.example');
  });

  it('gives back hidden values unchanged', async () => {
    const value = 'a\u200Bb  c"<';
    const { text } = await get({ page: 'logout', csrf: 'token', hidden: { state: value } });
    expect(text).toContain('name="state" value="a\u200Bb  c&quot;&lt;"');
  });

  it('keeps its stylesheet for ever only under the version it has', async () => {
    const { text } = await get(plainLogin);
    const href =
      /<link rel="stylesheet" href="\/base(\/assets\/gatehouse\.css\?v=[0-9a-f]{16})">/.exec(text)?.[1] ?? '';
    const current = await request(app.getHttpServer()).get(href);
    expect(current.status).toBe(200);
    expect(current.headers['content-type']).toBe('text/css; charset=utf-8');
    expect(current.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(current.text).toContain('prefers-color-scheme: dark');
    expect(current.text).not.toMatch(/url\(|@import/);
    const other = await request(app.getHttpServer()).get('/assets/gatehouse.css?v=old&v=older');
    expect(other.headers['cache-control']).toBe('no-cache');
  });
});
