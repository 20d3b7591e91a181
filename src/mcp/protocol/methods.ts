import type { Server, ServerCapabilities } from '@modelcontextprotocol/server';

/** The token of the list of all `Methods`. */
export const METHODS = Symbol('METHODS');

/** Serves some of the protocol's methods on the server of a request or a session. */
export interface Methods {
  /** What clients are told of; nothing where there is nothing to serve. */
  capabilities(): ServerCapabilities;
  register(server: Server): void;
}
