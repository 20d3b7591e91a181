import { describe, expect, it } from '@jest/globals';
import { ClientIdParam, MAX_CLIENT_ID } from './ids.js';

const url = (length: number): string => 'https://app.example/'.padEnd(length, 'x');

describe('A client id', () => {
  it('may be as long as the URL of a metadata document', () => {
    expect(new ClientIdParam().transform(url(MAX_CLIENT_ID))).toHaveLength(2_048);
  });

  it.each(['a\nb', 'a\0b', url(MAX_CLIENT_ID + 1)])('that cannot be one is not found: %j', (id) => {
    expect(() => new ClientIdParam().transform(id)).toThrow();
  });
});
