import { describe, expect, it } from '@jest/globals';
import { OutboundSlots } from './outbound-slots.js';

const never = new AbortController().signal;

/** Work that ends when it is told to, and counts how much of it is under way. */
function workers() {
  const ends: (() => void)[] = [];
  const seen = { now: 0, most: 0 };
  const work = async () => {
    seen.most = Math.max(seen.most, ++seen.now);
    await new Promise<void>((done) => ends.push(done));
    seen.now--;
  };
  const drain = async () => {
    for (let idle = 0; idle < 5; idle++) {
      while (ends.length > 0) ends.shift()!();
      await new Promise((done) => setTimeout(done, 1));
    }
  };
  return { work, seen, drain };
}

describe('OutboundSlots', () => {
  it('lets no more go to one host at once than its bound, and serves those who wait', async () => {
    const slots = new OutboundSlots({ perHost: 2, total: 10, waiting: 10 });
    const { work, seen, drain } = workers();
    const all = Array.from({ length: 8 }, () => slots.run('a.test', never, work));
    await drain();
    await drain();
    await Promise.all(all);
    expect(seen).toEqual({ now: 0, most: 2 });
  });

  it('bounds all hosts together, and one busy host does not hold up another', async () => {
    const slots = new OutboundSlots({ perHost: 1, total: 2, waiting: 10 });
    const { work, seen, drain } = workers();
    const hosts = ['a.test', 'a.test', 'b.test', 'c.test'];
    const all = hosts.map((host) => slots.run(host, never, work));
    await Promise.resolve();
    expect(seen.now).toBe(2);
    await drain();
    await drain();
    await Promise.all(all);
    expect(seen.most).toBe(2);
  });

  it('refuses when too many wait', async () => {
    const slots = new OutboundSlots({ perHost: 1, total: 1, waiting: 1 });
    const { work, drain } = workers();
    const first = slots.run('a.test', never, work);
    const second = slots.run('a.test', never, work);
    await expect(slots.run('a.test', never, work)).rejects.toThrow('busy');
    await drain();
    await Promise.all([first, second]);
  });

  it('refuses who waited too long, and that place is free again', async () => {
    const slots = new OutboundSlots({ perHost: 1, total: 1, waiting: 1 });
    const { work, drain } = workers();
    const first = slots.run('a.test', never, work);
    const impatient = new AbortController();
    const second = slots.run('a.test', impatient.signal, work);
    impatient.abort();
    await expect(second).rejects.toThrow('busy');
    const third = slots.run('a.test', never, work);
    await drain();
    await drain();
    await Promise.all([first, third]);
  });

  it('gives the slot back after a failure', async () => {
    const slots = new OutboundSlots({ perHost: 1, total: 1, waiting: 0 });
    await expect(slots.run('a.test', never, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(slots.run('a.test', never, () => Promise.resolve('yes'))).resolves.toBe('yes');
  });
});
