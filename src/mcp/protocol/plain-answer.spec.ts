import { PassThrough } from 'node:stream';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { PlainEvents } from './plain-answer.js';

/** A response that keeps what is written. */
function response() {
  const stream = new PassThrough();
  const res = Object.assign(stream, {
    headersSent: false,
    writeHead: () => Object.assign(res, { headersSent: true }),
  });
  return { res: res as unknown as ServerResponse, written: () => String(stream.read() ?? '') };
}

describe('the events of a plain call', () => {
  it('begin with the first one', () => {
    const { res, written } = response();
    const events = new PlainEvents(res);
    events.send({ word: 'a' });
    events.stop();
    expect([events.begun, written()]).toEqual([true, 'event: message\ndata: {"word":"a"}\n\n']);
  });

  it('are no more when somebody else answers, whatever a tool says that goes on', () => {
    const { res, written } = response();
    const events = new PlainEvents(res);
    events.stop();
    events.send({ word: 'late' });
    expect([events.begun, written()]).toEqual([false, '']);
  });
});
