/** A wildcard, a separator or a quote in the host would widen or break the policy. */
const plainHost = /^[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/;
const plainScheme = /^[a-z][a-z0-9+.-]*:$/;

const neverATarget = new Set([
  'about:',
  'blob:',
  'data:',
  'file:',
  'filesystem:',
  'ftp:',
  'javascript:',
  'mailto:',
  'vbscript:',
  'view-source:',
  'ws:',
  'wss:',
]);

/**
 * The sources of `form-action`. Browsers hold the redirect that answers a form post against it as well,
 * so a page whose form ends at a client must name where that client waits.
 */
export function formActionSources(targets: readonly string[], leaves = false): string[] {
  const sources = targets.map(formActionSource).filter((source) => source !== undefined);
  if (leaves) return sources.length > 0 ? [...new Set(sources)] : ["'none'"];
  return ["'self'", ...new Set(sources)];
}

function formActionSource(target: string): string | undefined {
  if (!URL.canParse(target)) return undefined;
  const url = new URL(target);
  if (url.protocol === 'http:' || url.protocol === 'https:') return webSource(url);
  return plainScheme.test(url.protocol) && !neverATarget.has(url.protocol) ? url.protocol : undefined;
}

function webSource(url: URL): string | undefined {
  if (plainHost.test(url.hostname)) return url.origin;
  // CSP has no grammar for an IPv6 literal: the port is the narrowest thing that can be said of [::1].
  if (url.hostname === '[::1]') return `${url.protocol}//*:${url.port || defaultPort(url)}`;
  return undefined;
}

function defaultPort(url: URL): string {
  return url.protocol === 'https:' ? '443' : '80';
}
