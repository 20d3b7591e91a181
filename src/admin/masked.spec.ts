import { describe, expect, it } from '@jest/globals';
import { masked } from './masked.js';

describe('what is shown of the configuration', () => {
  it('has no secrets, however deep they are', () => {
    const shown = masked({
      providers: [{ id: 'a', clientSecret: 's3', privateKey: 'p', nested: { secretDigest: 'd' } }],
      mail: { smtp: 'smtps://user:hunter2@mail.test:465', password: 'hunter2' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/s3|hunter2|"p"|"d"/);
    expect(shown.mail.smtp).toBe('smtps://••••@mail.test:465');
  });

  it('is whole otherwise', () => {
    const settings = {
      lifetimes: { accessToken: 3_600, passwordReset: 60 },
      passkeys: true,
      uri: 'https://a.test/@b',
    };
    expect(masked(settings)).toEqual(settings);
  });
});
