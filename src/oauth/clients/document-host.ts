import type { Client } from './client.entity.js';

/** Where the document is that a client is known by. */
export const documentHost = ({
  id,
  registration,
}: Pick<Client, 'id' | 'registration'>): string | undefined =>
  registration === 'cimd' && URL.canParse(id) ? new URL(id).host : undefined;
