import { describe, expect, it } from '@jest/globals';
import { formActionSources } from './form-action.js';

describe('form-action sources', () => {
  it('are the own origin alone when no form leaves it', () => {
    expect(formActionSources([])).toEqual(["'self'"]);
  });

  it('name the origin of a web address, with its port and without its path', () => {
    expect(
      formActionSources([
        'https://claude.ai/api/callback?x=1',
        'http://127.0.0.1:53682/cb',
        'http://localhost:8080/',
      ]),
    ).toEqual(["'self'", 'https://claude.ai', 'http://127.0.0.1:53682', 'http://localhost:8080']);
  });

  it('name no credentials', () => {
    expect(formActionSources(['https://user:secret@app.example/cb'])).toEqual([
      "'self'",
      'https://app.example',
    ]);
  });

  it('say the port of an IPv6 loopback address, which CSP cannot spell', () => {
    expect(formActionSources(['http://[::1]:53682/cb', 'http://[::1]/cb'])).toEqual([
      "'self'",
      'http://*:53682',
      'http://*:80',
    ]);
  });

  it('name the scheme of a private-use address', () => {
    expect(formActionSources(['cursor://anysphere/cb', 'com.example.app:/cb'])).toEqual([
      "'self'",
      'cursor:',
      'com.example.app:',
    ]);
  });

  it.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)',
    'data:text/html,x',
    'blob:https://a.example/1',
    'file:///etc/passwd',
    'vbscript:x',
  ])('leave out %s', (target) => {
    expect(formActionSources([target])).toEqual(["'self'"]);
  });

  it.each([
    '',
    'not a url',
    '/local',
    'https://',
    'https://*/cb',
    'https://*.example.com/',
    "https://a;script-src'x'/",
    'https://[2001:db8::1]/',
  ])('leave out %p', (target) => {
    expect(formActionSources([target])).toEqual(["'self'"]);
  });

  it('are each named once', () => {
    expect(formActionSources(['https://a.example/1', 'https://a.example/2'])).toEqual([
      "'self'",
      'https://a.example',
    ]);
  });
});
