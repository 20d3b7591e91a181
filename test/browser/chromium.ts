import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { afterAll, beforeAll } from '@jest/globals';
import {
  chromium,
  type Browser,
  type BrowserContextOptions,
  type ConsoleMessage,
  type Page,
} from 'playwright-core';
import { describeWhere } from '../support/describe-where.js';

const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executablePath = PLACES.find((place) => place !== '' && existsSync(place));

/** For tests that need a real browser. */
export function describeInChromium(name: string, tests: (browser: () => Browser) => void): void {
  const missing = executablePath ? undefined : 'no Chromium was found; set CHROMIUM_PATH';
  describeWhere([{ part: 'chromium', missing }], name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      // Chromium refuses to run as root with its sandbox.
      const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
      browser = await chromium.launch({ executablePath: executablePath!, args });
    });
    afterAll(() => browser?.close());
    tests(() => browser!);
  });
}

export interface Visit {
  page: Page;
  /** What the browser complained about: violations of the policy, errors, warnings. */
  complaints: string[];
  close(): Promise<void>;
}

/** A browser nobody has used before. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (isComplaint(message)) complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
  return { page, complaints, close: () => context.close() };
}

/** That a page was answered with 400 or 401 is what some tests are about. */
function isComplaint(message: ConsoleMessage): boolean {
  const isStatus = message
    .text()
    .startsWith('Failed to load resource: the server responded with a status of 4');
  return ['error', 'warning', 'assert'].includes(message.type()) && !isStatus;
}

/** A program on this computer that waits for its answer on a loopback port. */
export class Listener {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
    /** What browsers asked it for. */
    readonly received: readonly URL[],
  ) {}

  /** `html` is what it shows on every address. */
  static async start(html = '<h1>Back at the app</h1>'): Promise<Listener> {
    const received: URL[] = [];
    const server = createServer((req, res) => {
      received.push(new URL(req.url ?? '/', 'http://127.0.0.1'));
      res.setHeader('content-type', 'text/html; charset=utf-8');
      res.end(
        `<!doctype html><html lang="en"><title>App</title><link rel="icon" href="data:,">${html}</html>`,
      );
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as AddressInfo;
    return new Listener(server, `http://127.0.0.1:${port}`, received);
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((done) => this.server.close(() => done()));
  }
}

export interface Finding {
  id: string;
  help: string;
  targets: string[];
}

const AXE = 'axe-core/axe.min.js';
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What axe finds wrong with the page as it is shown now. */
export async function findings(page: Page): Promise<Finding[]> {
  await page.evaluate(readFileSync(createRequire(import.meta.url).resolve(AXE), 'utf8'));
  const found: { violations: { id: string; help: string; nodes: { html: string }[] }[] } =
    await page.evaluate(
      `axe.run(document, { runOnly: ${JSON.stringify(TAGS)}, resultTypes: ['violations'] })`,
    );
  return found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    targets: nodes.map(({ html }) => html),
  }));
}

// What follows runs inside the page, so it is written as text: nothing else here knows a `document`.

/** How the element that has the focus shows it. */
export const focusOutline = (page: Page): Promise<string> =>
  page.evaluate(
    "(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))",
  );

/** By how many pixels the page is wider than the window. */
export const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - window.innerWidth');

/** How far things moved that nobody touched. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(`new Promise((done) => {
    let sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value;
    }).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done(sum), 50);
  })`);
