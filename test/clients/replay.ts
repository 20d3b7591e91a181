import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { walk } from '../support/actors.js';
import type { DocumentSite } from '../support/document-site.js';
import { request, type CookieJar, type HttpResponse } from '../support/http.js';
import { messagesOf } from '../support/mcp.js';
import type { TestServer } from '../support/server.js';
import type { Recording, Request, Visit } from './fixtures/recording.js';

export interface Stage {
  readonly server: TestServer;
  readonly site: DocumentSite;
  /** A browser in which somebody is signed in. */
  readonly jar: CookieJar;
}

type Known = Record<string, unknown>;

/** Plays a recording from its beginning to its end. @throws with the step that was answered otherwise */
export async function replay(stage: Stage, recording: Recording): Promise<void> {
  const known = knownAtFirst(stage, recording);
  for (const [at, step] of recording.steps.entries()) {
    const told = 'visits' in step ? 'a person signs in' : `${step.method} ${step.path}`;
    try {
      if ('visits' in step) await letIn(stage, recording, step, known);
      else await send(stage, step, known);
    } catch (error) {
      throw new Error(`Step ${at + 1} of ${recording.who}, ${told}:\n${String(error)}`, { cause: error });
    }
  }
}

function knownAtFirst({ server, site }: Stage, { identity, redirectUri }: Recording): Known {
  const verifier = randomBytes(32).toString('base64url');
  return {
    base: server.url,
    resource: `${server.url}/mcp`,
    redirect_uri: redirectUri,
    state: randomUUID(),
    verifier,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
    ...('registers' in identity && { registers: identity.registers }),
    ...('publishes' in identity && { client_id: site.publish(identity.publishes) }),
  };
}

async function letIn({ server, jar }: Stage, recording: Recording, step: Visit, known: Known): Promise<void> {
  const url = new URL(server.base + (step.path ?? '/oauth2/authorize'));
  for (const [name, value] of Object.entries(filled(step.visits, known) as Record<string, string>))
    url.searchParams.set(name, value);
  const { response } = await walk(server, url, recording.redirectUri, { jar });
  const answer = response.location?.searchParams;
  expect({ state: answer?.get('state'), iss: answer?.get('iss'), error: answer?.get('error') }).toEqual({
    state: known['state'],
    iss: server.url,
    error: null,
  });
  known['code'] = answer?.get('code');
}

async function send({ server }: Stage, step: Request, known: Known): Promise<void> {
  const {
    form,
    json,
    headers = {},
  } = filled({ form: step.form, json: step.json, headers: step.headers }, known) as {
    form?: Record<string, string>;
    json?: unknown;
    headers?: Record<string, string>;
  };
  const response = await request(step.method, server.base + step.path, {
    headers,
    ...(form && { form }),
    ...(json !== undefined && { json }),
  });
  expect([response.status, response.text.slice(0, 300)]).toEqual([step.answers.status, expect.any(String)]);
  for (const [name, wanted] of Object.entries(step.answers.headers ?? {}))
    expectHeader(response, name, wanted);
  const body = bodyOf(response);
  if (step.answers.body) expectBody(body, filled(step.answers.body, known) as object);
  for (const [name, path] of Object.entries(step.keeps ?? {})) known[name] = kept(body, path);
}

function expectHeader(response: HttpResponse, name: string, wanted: string | RegExp | null): void {
  const header = response.headers[name];
  if (wanted instanceof RegExp)
    expect(`${name}: ${String(header)}`).toMatch(new RegExp(`^${name}: ${wanted.source}`, 'i'));
  else expect([name, header]).toEqual([name, wanted ?? undefined]);
}

/** Of lists one entry like each wanted one is enough. */
function expectBody(body: unknown, wanted: object): void {
  expect(body).toEqual(like(wanted));
}

function like(wanted: unknown): unknown {
  if (Array.isArray(wanted)) return expect.arrayContaining(wanted.map(like));
  if (typeof wanted !== 'object' || wanted === null) return wanted;
  return expect.objectContaining(
    Object.fromEntries(Object.entries(wanted).map(([name, value]) => [name, like(value)])),
  );
}

function bodyOf(response: HttpResponse): unknown {
  const messages = messagesOf(response);
  return messages.find((message) => 'result' in message || 'error' in message) ?? messages[0];
}

function kept(body: unknown, name: string): string {
  const value = (body as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string') throw new Error(`There is no ${name} in the answer`);
  return value;
}

/** Templates become values; one that is nothing but a name becomes the value itself. */
function filled(template: unknown, known: Known): unknown {
  if (typeof template === 'string') {
    const whole = /^\{(\w+)\}$/.exec(template)?.[1];
    if (whole !== undefined) return valueOf(whole, known);
    return template.replace(/\{(\w+)\}/g, (_, name: string) => String(valueOf(name, known)));
  }
  if (Array.isArray(template)) return template.map((each) => filled(each, known));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([name, value]) => [name, filled(value, known)]));
}

function valueOf(name: string, known: Known): unknown {
  if (known[name] === undefined) throw new Error(`Nothing is known of {${name}} yet`);
  return known[name];
}
