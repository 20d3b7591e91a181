import { submitForm } from '../support/actors.js';
import { formsOf, textOf, type HtmlForm } from '../support/html.js';
import { CookieJar, get, type HttpResponse } from '../support/http.js';
import { ADMIN_EMAIL, ADMIN_PASSWORD, type TestServer } from '../support/server.js';

export interface ShownPage {
  path: string;
  html: string;
  /** What a person reads. */
  text: string;
}

export interface Visit {
  /** Where the browser was sent at the end: the callback of the client. */
  callback: URL;
  pages: ShownPage[];
}

/** Somebody at a browser, who signs in when asked and says yes. */
export class Person {
  readonly jar = new CookieJar();

  constructor(private readonly server: TestServer) {}

  /** Follows a client's authorization URL through every page until the browser is back at the client. */
  async visit(url: URL, decision: 'approve' | 'deny' = 'approve'): Promise<Visit> {
    const pages: ShownPage[] = [];
    let response = await get(url, { cookies: this.jar });
    for (let step = 0; step < 12; step++) {
      const { location } = response;
      if (location && location.origin !== url.origin) return { callback: location, pages };
      response = location
        ? await get(location, { cookies: this.jar })
        : await this.answer(response, decision, pages);
    }
    throw new Error(`The way did not end: ${pages.map(({ path }) => path).join(', ')}`);
  }

  private async answer(
    page: HttpResponse,
    decision: 'approve' | 'deny',
    pages: ShownPage[],
  ): Promise<HttpResponse> {
    pages.push({ path: new URL(page.url).pathname, html: page.text, text: textOf(page.text) });
    for (const form of formsOf(page.text)) {
      const values = valuesFor(form, decision);
      if (values) return submitForm(this.server, page, form, { cookies: this.jar, values });
    }
    throw new Error(`Nothing to answer at ${page.url} (${page.status}): ${textOf(page.text).slice(0, 300)}`);
  }
}

function valuesFor(form: HtmlForm, decision: 'approve' | 'deny'): Record<string, string> | undefined {
  if (form.inputs.some(({ type }) => type === 'password'))
    return { email: ADMIN_EMAIL, password: ADMIN_PASSWORD };
  const asks = form.buttons.some(({ name, value }) => name === 'decision' && value === decision);
  return asks ? { decision } : undefined;
}
