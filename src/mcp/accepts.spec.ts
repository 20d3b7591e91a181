import { describe, expect, it } from '@jest/globals';
import { acceptsBoth } from './accepts.js';

describe('acceptsBoth', () => {
  it.each([
    'application/json, text/event-stream',
    'text/event-stream;q=0.5, APPLICATION/JSON',
    '*/*',
    'application/*, text/*',
    'application/json, */*;q=0.1',
    '',
    undefined,
  ])('is true for %p', (header) => {
    expect(acceptsBoth(header)).toBe(true);
  });

  it.each([
    'application/json',
    'text/event-stream',
    'text/html',
    'application/json, text/event-stream;q=0',
    '*/*, text/event-stream;q=0',
    'application/jsonx, text/event-stream',
  ])('is false for %p', (header) => {
    expect(acceptsBoth(header)).toBe(false);
  });
});
