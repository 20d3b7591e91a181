import { types } from 'node:util';

// Jest runs each test file in a realm of its own, where an error that Node itself throws (ENOENT, ECONNREFUSED) is
// not `instanceof Error`. In the server it is, so make it so here.
const inOneRealm = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, value: unknown): boolean {
    return inOneRealm.call(this as typeof Error, value) || (this === Error && types.isNativeError(value));
  },
});
