import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { CDPSession, Page } from 'playwright-core';
import { linkIn, Mailbox } from '../support/mailbox.js';
import { startServer, type TestServer } from '../support/server.js';
import { asOperator, events } from '../oauth/harness.js';
import { earlierTotp, invite, join, totp, type LocalPerson } from '../local/people.js';
import {
  describeInChromium,
  findings,
  focusOutline,
  layoutShift,
  sideways,
  visit,
  type Visit,
} from './chromium.js';

describeInChromium('Passkeys in a real browser', (browser) => {
  const mailbox = new Mailbox();
  let server: TestServer;
  let here: Visit;
  let page: Page;

  beforeAll(async () => {
    await mailbox.start();
    server = await startServer({ config: { mail: mailbox.config } });
  });
  afterAll(() => mailbox.stop());
  afterEach(async () => {
    const { complaints } = here;
    await here.close();
    expect(complaints).toEqual([]);
  });

  /** A browser with an authenticator of its own (WebAuthn §11, over the protocol of the developer tools). */
  async function open(options: Parameters<typeof visit>[1] = {}): Promise<Authenticator> {
    here = await visit(browser(), options);
    page = here.page;
    const session = await page.context().newCDPSession(page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    return new Authenticator(session, authenticatorId);
  }

  const press = (name: string | RegExp): Promise<void> => page.getByRole('button', { name }).click();
  const heading = (name: string | RegExp): Promise<void> =>
    page.getByRole('heading', { name, level: 1 }).waitFor({ timeout: 30_000 });

  /** A browser that waits until it is asked. */
  const offerNothingByItself = (): Promise<unknown> =>
    page.addInitScript('PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);');

  async function signInByPassword({
    email,
    password,
  }: Pick<LocalPerson, 'email' | 'password'>): Promise<void> {
    await page.goto(`${server.url}/login`);
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }

  it('are added on the account page, and then sign in by one press', async () => {
    const person = await join(server, mailbox);
    const authenticator = await open();
    await signInByPassword(person);
    await heading('Your account');
    await page.goto(`${server.url}/account/security`);
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await heading('Add a passkey');
    await page.getByLabel('Name').fill('Test key');
    await press('Create the passkey');
    await page.getByText('The passkey is added.').waitFor();
    await page.getByText('Test key').first().waitFor();
    expect(await authenticator.credentials()).toHaveLength(1);

    await page.context().clearCookies();
    await offerNothingByItself();
    await page.goto(`${server.url}/login?return_to=/account/security`);
    await press('Sign in with a passkey');
    await heading('Sign-in and security');
    const [event] = await events(server, { type: 'auth.login.succeeded', user_id: person.id });
    expect(event!.details).toMatchObject({ acr: 'urn:gatehouse:acr:passkey' });

    // Once more with the same device: it says so itself.
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await press('Create the passkey');
    await page.getByText('This device has a passkey for your account already.').waitFor();
  });

  it('are offered where the address is typed, before anything is pressed', async () => {
    const { id, link } = await invite(server, mailbox);
    const authenticator = await open();
    await page.goto(link.href);
    await press('Use a passkey instead');
    await heading('Your account');
    expect(await authenticator.credentials()).toHaveLength(1);
    await page.context().clearCookies();
    await page.goto(`${server.url}/login`);
    // The browser has been asked already, and its owner chooses.
    await heading('Your account');
    const made = (await asOperator(server, 'GET', `/users/${id}/factors`)).json();
    expect(made).toMatchObject({ password: false, passkeys: 1 });
  });

  it('that nobody confirms leave the page as it was, with a word about it', async () => {
    const person = await join(server, mailbox);
    const authenticator = await open();
    await page.goto(`${server.url}/login`);
    await authenticator.isUnlocked(false);
    await press('Sign in with a passkey');
    await page.getByText('Nothing was confirmed.').waitFor();
    await page.getByLabel('Email').fill(person.email);
    await page.getByLabel('Password').fill(person.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await heading('Your account');
  });

  it('need a script, and the rest of the sign-in does not', async () => {
    const person = await join(server, mailbox);
    here = await visit(browser(), { javaScriptEnabled: false });
    page = here.page;
    await page.goto(`${server.url}/login`);
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).count()).toBe(0);
    await signInByPassword(person);
    await page.goto(`${server.url}/account/security`);
    expect(await page.getByRole('link', { name: 'Add a passkey' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Set up' }).click();
    const secret = (await page.locator('code.key').textContent())!;
    await page.getByLabel('The code that the app shows now').fill(await earlierTotp(secret));
    await press('Confirm');
    await heading('Keep your recovery codes');
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await heading('Sign-in and security');
    await page.context().clearCookies();
    await signInByPassword(person);
    await heading('One more step');
    await page.getByLabel(/Code from your app/).fill(totp(secret));
    await press('Continue');
    await heading('Your account');
  });

  /** Every page about sign-in, each in the state that has the most on it. */
  async function walk(
    authenticator: Authenticator,
    look: (name: string) => Promise<void>,
  ): Promise<string[]> {
    const seen: string[] = [];
    const show = async (name: string, go?: () => Promise<unknown>) => {
      await go?.();
      await look(name);
      seen.push(name);
    };
    const goto = (path: string) => () => page.goto(new URL(path, server.url).href);
    // The pages are looked at in their own time.
    await offerNothingByItself();
    const { email, link } = await invite(server, mailbox);
    await show('invitation', goto(link.pathname));
    await page.getByLabel('New password').fill('too short');
    await show('invitation refused', () => press('Set the password'));
    const password = 'seventeen lazy herons knit';
    await page.getByLabel('New password').fill(password);
    await press('Set the password');
    await heading('Your account');
    await show('security', goto('/account/security'));
    await show('a new password', goto('/account/security/password'));
    await show('another address', goto('/account/security/email'));
    await show('a new passkey', goto('/account/security/passkeys/new'));
    await press('Create the passkey');
    await heading('Sign-in and security');
    // Who has a passkey changes nothing more by the password alone.
    await goto('/login?return_to=/account/security')();
    await press('Sign in with a passkey');
    await heading('Sign-in and security');
    await authenticator.isQuiet(true);
    await show('an app', goto('/account/security/authenticator/new'));
    const secret = (await page.locator('code.key').textContent())!;
    await page.getByLabel('The code that the app shows now').fill('000000');
    await show('an app with a wrong code', () => press('Confirm'));
    await page.getByLabel('The code that the app shows now').fill(await earlierTotp(secret));
    await show('recovery codes', () => press('Confirm'));
    await goto('/account/security')();
    await show('security with everything', async () => {
      for (const summary of await page.locator('summary').all()) await summary.click();
    });
    await page.context().clearCookies();
    await signInByPassword({ email, password });
    await show('second step', () => heading('One more step'));
    await page.getByLabel(/Code from your app/).fill('000000');
    await show('second step refused', () => press('Continue'));
    await show('forgot', goto('/login/forgot'));
    await page.getByLabel('Email').fill(email);
    await show('forgot, sent', () => press('Send the link'));
    const reset = linkIn(await mailbox.take(email, /new password/));
    await show('reset', goto(reset.pathname));
    await show('a link that is over', goto(link.pathname));
    return seen;
  }

  const PAGES = 16;

  it.each(['light', 'dark'] as const)(
    'have pages that axe finds nothing wrong with in the %s theme',
    async (colorScheme) => {
      const authenticator = await open({ colorScheme });
      const wrong: unknown[] = [];
      const seen = await walk(authenticator, async (name) => {
        for (const finding of await findings(page)) wrong.push({ page: name, ...finding });
      });
      expect(seen).toHaveLength(PAGES);
      expect(wrong).toEqual([]);
    },
  );

  it('have pages that are narrow, small and calm', async () => {
    const authenticator = await open({ viewport: { width: 320, height: 640 } });
    const wrong: string[] = [];
    await walk(authenticator, async (name) => {
      const over = await sideways(page);
      if (over > 0) wrong.push(`${name}: ${over} px too wide`);
      const shift = await layoutShift(page);
      if (shift > 0) wrong.push(`${name}: moves by ${shift}`);
      await page.keyboard.press('Tab');
      if ((await focusOutline(page)) !== 'solid 2px') wrong.push(`${name}: the focus cannot be seen`);
    });
    expect(wrong).toEqual([]);
  });
});

class Authenticator {
  constructor(
    private readonly session: CDPSession,
    private readonly authenticatorId: string,
  ) {}

  async credentials(): Promise<unknown[]> {
    const { authenticatorId } = this;
    return (await this.session.send('WebAuthn.getCredentials', { authenticatorId })).credentials;
  }

  /** Its owner does not touch it. */
  async isQuiet(quiet: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: !quiet });
  }

  /** Whether its owner unlocks it. */
  async isUnlocked(isUserVerified: boolean): Promise<void> {
    const { authenticatorId } = this;
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  }
}
