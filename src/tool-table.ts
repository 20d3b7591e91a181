import type { RegisteredTool } from './mcp/index.js';

type Told = Pick<RegisteredTool, 'name' | 'scopes' | 'risk'>;

const HEAD = ['Tool', 'Risk', 'Scopes'] as const;

/** What is served to whom, for a person who looks at a terminal. */
export function toolTable(tools: readonly Told[]): string {
  const rows = [HEAD, ...tools.map(({ name, risk, scopes }) => [name, risk, scopesOf(scopes)] as const)];
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map(
    ([name, risk, scopes]) => `  ${name.padEnd(widths[0] ?? 0)}  ${risk.padEnd(widths[1] ?? 0)}  ${scopes}`,
  );
  return `${lines.join('\n')}\n\n`;
}

/** The same for a program that reads logs: one line. */
export function toolLine(tools: readonly Told[]): { readonly tools: readonly Told[] } {
  return { tools: tools.map(({ name, scopes, risk }) => ({ name, scopes, risk })) };
}

function scopesOf(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'any token' : scopes.join(' ');
}
