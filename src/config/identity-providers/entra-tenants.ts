/** Microsoft's own hosts: nobody else may have an issuer that depends on the token. */
const HOSTS = ['login.microsoftonline.com'];
const SEVERAL = /^\/(?:common|organizations)\/v2\.0\/?$/;

/** Whether this is the issuer of several Entra tenants at once, whose tokens each name their own. */
export function isTemplated(issuer: string): boolean {
  if (!URL.canParse(issuer)) return false;
  const { protocol, host, pathname } = new URL(issuer);
  return protocol === 'https:' && HOSTS.includes(host) && SEVERAL.test(pathname);
}
