import type { Client } from '../clients/client.entity.js';

/** What a client asks for with a refresh token. */
export interface RefreshRequest {
  readonly client: Client;
  readonly token: string;
  readonly scope: readonly string[];
  readonly resources: readonly string[];
  readonly jkt: string | undefined;
}
