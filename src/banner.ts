import type { AppConfig } from './config/index.js';
import type { BootstrappedAdmin } from './users/index.js';

/** What a person who started the server wants to know now. */
export function banner(config: AppConfig, admin: BootstrappedAdmin | undefined): string {
  const { publicUrl } = config;
  const rows: [string, string][] = [
    ['MCP server', `${config.mcpResource}   paste this into your AI client`],
    ['Sign in', signIn(config, admin)],
    ['Account', `${publicUrl}/account`],
    ...(config.policies.console ? [['Console', `${publicUrl}/console`] as [string, string]] : []),
    ['Admin API', `${publicUrl}/admin/docs`],
    ['Database', config.embedded ? `embedded, in ${config.dataDir}` : 'PostgreSQL server'],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`);
  if (admin?.password !== undefined) lines.push('', '  The password is shown this once. Keep it.');
  if (config.registrationMode === 'closed') {
    lines.push(
      '',
      '  Clients cannot register themselves: set policies.registration to open in GATEHOUSE_CONFIG, or add them.',
    );
  }
  return `\nGatehouse is ready.\n\n${lines.join('\n')}\n\n`;
}

function signIn(config: AppConfig, admin: BootstrappedAdmin | undefined): string {
  const where = `${config.publicUrl}/login`;
  if (!admin) return where;
  return admin.password === undefined
    ? `${where}   as ${admin.email}`
    : `${where}   as ${admin.email}, password ${admin.password}`;
}
