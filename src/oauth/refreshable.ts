import type { AppConfig } from '../config/index.js';
import type { Client } from './clients/client.entity.js';

/** Whether a client that is granted these scopes gets a refresh token. */
export function mayRefresh({ policies }: AppConfig, client: Client, scopes: readonly string[]): boolean {
  const asked = policies.clients.refresh_without_offline_access || scopes.includes('offline_access');
  return asked && client.grantTypes.includes('refresh_token');
}

/** Days without use after which access ends; 0 when it ends with the first access token. */
export function accessEndsAfterDays(config: AppConfig, client: Client, scopes: readonly string[]): number {
  return mayRefresh(config, client, scopes) ? Math.round(config.lifetimes.refreshIdle / 86_400) : 0;
}
