import { describe, expect, it } from '@jest/globals';
import { problemsOf, type AdminRoute } from './route-problems.js';

const route: AdminRoute = {
  where: 'KeysController.list',
  method: 'GET',
  path: '/admin/v1/keys',
  scope: 'admin:keys:read',
  guarded: true,
};
const exists = (scope: string) => scope === 'admin:keys:read';

describe('the routes of the admin API', () => {
  it('may be served when each is guarded and declares a scope that exists', () => {
    expect(problemsOf([route], exists)).toEqual([]);
  });

  it('may not be served when one is not behind the guard', () => {
    expect(problemsOf([route, { ...route, guarded: false }], exists)).toEqual([
      'KeysController.list (GET /admin/v1/keys) is not behind the admin guard; use @AdminController',
    ]);
  });

  it('may not be served when one declares no scope', () => {
    expect(problemsOf([{ ...route, scope: undefined }], exists)).toEqual([
      expect.stringContaining('declares no scope'),
    ]);
  });

  it('may not be served when one requires a scope nobody can be granted', () => {
    expect(problemsOf([{ ...route, scope: 'admin:kyes' }], exists)).toEqual([
      expect.stringContaining('"admin:kyes", which does not exist'),
    ]);
  });
});
