const meta = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="gatehouse-${name}"]`)?.content ?? '';

/** What the page says about the server it came from. */
export const issuer = new URL(meta('issuer'));
export const installationName = meta('name');
export const consoleUrl = new URL('console/', `${issuer.href.replace(/\/$/, '')}/`);
export const adminResource = `${issuer.href.replace(/\/$/, '')}/admin`;
export const apiUrl = (path: string): URL => new URL(`${adminResource}/v1/${path}`);
