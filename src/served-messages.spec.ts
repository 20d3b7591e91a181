import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Express, Request, Response } from 'express';
import { OwnMessagesAdapter } from './served-messages.js';

let server: Server | undefined;
afterEach(() => void server?.close());

describe('messages of Express that are its own from the beginning', () => {
  it('share what V8 knows of them with those of other requests, also when Express has written to them', async () => {
    const [one, other] = await twoAtOnce(new OwnMessagesAdapter());
    expect(haveSameClass(one.req, other.req)).toBe(true);
    expect(haveSameClass(one.res, other.res)).toBe(true);
  });

  it('have all that Express gives its requests and responses, and know the application', async () => {
    const adapter = new OwnMessagesAdapter();
    const app = instanceOf(adapter);
    const [{ req, res }] = await twoAtOnce(adapter);
    expect(Object.getPrototypeOf(req)).toBe(app.request);
    expect(Object.getPrototypeOf(res)).toBe(app.response);
    expect([req.app, res.app]).toEqual([app, app]);
    expect([req.path, req.get('x-asked'), res.get('x-said')]).toEqual(['/a', 'for', 'so']);
  });

  it('of one application are not those of another', async () => {
    const [{ req }] = await twoAtOnce(new OwnMessagesAdapter());
    expect(instanceOf(new OwnMessagesAdapter()).request).not.toBe(Object.getPrototypeOf(req));
    expect(instanceOf(new ExpressAdapter()).request).not.toHaveProperty('app', req.app);
  });
});

interface Exchange {
  readonly req: Request;
  readonly res: Response;
}

const instanceOf = (adapter: ExpressAdapter) => adapter.getInstance<Express>();

/** What Express made of two requests that were both being served when it was looked at. */
async function twoAtOnce(adapter: ExpressAdapter): Promise<[Exchange, Exchange]> {
  const held: Exchange[] = [];
  const both = new Promise<void>((resolve) => {
    instanceOf(adapter).get('/:name', (req: Request, res: Response) => {
      res.set('x-said', 'so').status(202);
      held.push({ req, res });
      if (held.length === 2) resolve();
    });
  });
  adapter.initHttpServer({});
  server = adapter.getHttpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = [ask(server), ask(server)];
  await both;
  const [one, other] = held as [Exchange, Exchange];
  for (const { res } of held) res.end();
  await Promise.all(asked);
  return [one, other];
}

async function ask(at: Server): Promise<void> {
  const { port } = at.address() as AddressInfo;
  const sent = request({
    port,
    host: '127.0.0.1',
    path: '/a',
    agent: false,
    headers: { 'x-asked': 'for' },
  }).end();
  const [answer] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  answer.resume();
  await once(answer, 'end');
}

/** True where V8 lays both objects out the same way, by a hidden class that they share. */
function haveSameClass(one: object, other: object): boolean {
  setFlagsFromString('--allow-natives-syntax');
  try {
    return (runInThisContext('(a, b) => %HaveSameMap(a, b)') as (a: object, b: object) => boolean)(
      one,
      other,
    );
  } finally {
    setFlagsFromString('--no-allow-natives-syntax');
  }
}
