import type { Preset } from './preset.js';

/** The id or a domain of a tenant, or one of Microsoft's words for several. */
const TENANT = /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$/;

const issuerOf = (tenant: string): string => `https://login.microsoftonline.com/${tenant}/v2.0`;

/** Entra ID. Without a tenant, work and school accounts of all of them, each kept under its own tenant's issuer. */
export const microsoft: Preset = {
  id: 'microsoft',
  variables: 'MICROSOFT',
  settings: { kind: 'oidc', name: 'Microsoft', issuer: issuerOf('organizations') },
  option: {
    variable: 'MICROSOFT_TENANT',
    settle: (tenant) => (TENANT.test(tenant) ? { issuer: issuerOf(tenant) } : undefined),
    mustBe: 'the id of a tenant, or organizations, common or consumers',
  },
};
