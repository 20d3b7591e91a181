const MASK = '••••';
/** Names of what nobody is shown. Names of lifetimes and public keys are others. */
const SECRET = /secret|password$|passphrase|private|credential|^pass$|certificate_?key/i;
/** A URL may carry a name and a password. */
const USERINFO = /^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]+@/i;

/** The same value, as JSON has it, without what is secret. */
export function masked<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, hide)) as T;
}

function hide(name: string, value: unknown): unknown {
  if (typeof value === 'string') return SECRET.test(name) ? MASK : value.replace(USERINFO, `$1${MASK}@`);
  return value;
}
