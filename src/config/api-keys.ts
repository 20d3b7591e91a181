import type { FileSection } from './file.section.js';

/** What people's API keys go by where a client is named: in the audit trail, the scope rules and revocation plans. */
export const API_KEY_CLIENT = 'api-key';

/** What is wrong with how the file has API keys, as sentences. */
export function apiKeyProblems({ resources, lifetimes, clients }: FileSection): string[] {
  const elsewhere = resources.filter(({ id, apiKeys }) => id !== 'mcp' && apiKeys.length > 0);
  return [
    ...elsewhere.map(({ id }) => `resources: ${id} cannot take API keys; only mcp can`),
    ...(lifetimes.apiKey > lifetimes.apiKeyMax
      ? ['lifetimes.apiKey is longer than lifetimes.apiKeyMax']
      : []),
    ...(clients.some(({ clientId }) => clientId === API_KEY_CLIENT)
      ? [`clients: ${API_KEY_CLIENT} is what people's API keys go by; call the client something else`]
      : []),
  ];
}
