const coloured = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint =
  (code: number) =>
  (text: string): string =>
    coloured ? `\u001b[${code}m${text}\u001b[0m` : text;

export const bold = paint(1);
export const quiet = paint(2);
export const red = paint(31);
export const green = paint(32);
export const yellow = paint(33);

let step = 0;

export function headline(text: string): void {
  step += 1;
  console.log(`\n${bold(`${step}. ${text}`)}`);
}

export function line(text: string): void {
  console.log(`   ${text}`);
}

/** What was hoped for, and came. */
export function good(text: string): void {
  console.log(`   ${green('✓')} ${text}`);
}

export function statusText(status: number): string {
  return (status < 400 ? green : yellow)(String(status));
}

/** A piece of a secret: enough to tell two apart, worth nothing. */
export function shortened(secret: string): string {
  const isJwt = secret.startsWith('eyJ');
  return isJwt ? `eyJ…${secret.slice(-6)}` : `${secret.slice(0, 10)}…`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const render = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd();
  line(quiet(render(head)));
  for (const row of rows) line(render(row));
}
