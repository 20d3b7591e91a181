import { describe, expect, it } from '@jest/globals';
import { Moments } from './moments.js';

const now = new Date('2026-03-10T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

describe('moments', () => {
  it('are told in words within a week', () => {
    const moments = new Moments('en-GB', 'just now');
    expect(moments.at(ago(0), now).words).toBe('just now');
    expect(moments.at(ago(14), now).words).toBe('14 minutes ago');
    expect(moments.at(ago(60 * 5), now).words).toBe('5 hours ago');
    expect(moments.at(ago(60 * 24), now).words).toBe('yesterday');
  });

  it('are told as a date after that, in the locale of the reader', () => {
    const moment = ago(60 * 24 * 40);
    expect(new Moments('en-GB', 'just now').at(moment, now).words).toBe('29 Jan 2026');
    expect(new Moments('de', 'just now').at(moment, now).words).toBe('29. Jan. 2026');
  });

  it('name the zone of the exact time', () => {
    const { exact, iso } = new Moments('en-GB', 'just now').at(now, now);
    expect(exact).toMatch(/10 Mar 2026, 12:00 UTC/);
    expect(iso).toBe('2026-03-10T12:00:00.000Z');
  });

  it('are never in the future', () => {
    expect(new Moments('en', 'just now').at(ago(-5), now).words).toBe('just now');
  });
});
