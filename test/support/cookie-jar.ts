interface Cookie {
  value: string;
  path: string;
  secure: boolean;
  attributes: string;
  expires: number;
}

/** The cookies of one browser at one server. */
export class CookieJar {
  private readonly cookies = new Map<string, Cookie>();

  /** Reads `Set-Cookie` lines as a browser does: name, path, expiry, `Secure`. */
  store(url: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...rest] = line.split(';').map((part) => part.trim());
      const attributes = new Map(rest.map((part) => splitOnce(part)));
      const [name, value] = splitOnce(pair, false);
      const cookie = {
        value,
        path: attributes.get('path') || url.pathname.replace(/\/[^/]*$/, '') || '/',
        secure: attributes.has('secure'),
        attributes: rest.join('; '),
        expires: expiry(attributes),
      };
      if (cookie.expires <= Date.now()) this.cookies.delete(name);
      else this.cookies.set(name, cookie);
    }
  }

  /** The `Cookie` header for a request, or undefined when there is nothing to send. */
  header(url: URL): string | undefined {
    const sent = [...this.cookies]
      .filter(([, cookie]) => cookie.expires > Date.now() && covers(cookie.path, url.pathname))
      .filter(([, cookie]) => !cookie.secure || url.protocol === 'https:')
      .map(([name, cookie]) => `${name}=${cookie.value}`);
    return sent.length > 0 ? sent.join('; ') : undefined;
  }

  get(name: string): string | undefined {
    return this.cookies.get(name)?.value;
  }

  /** The attributes a cookie was set with, such as `Path=/; HttpOnly; SameSite=Lax`. */
  attributes(name: string): string | undefined {
    return this.cookies.get(name)?.attributes;
  }

  names(): string[] {
    return [...this.cookies.keys()];
  }

  set(name: string, value: string): void {
    this.cookies.set(name, { value, path: '/', secure: false, attributes: '', expires: Infinity });
  }

  delete(name: string): void {
    this.cookies.delete(name);
  }

  clear(): void {
    this.cookies.clear();
  }

  /** Another browser that was given the same cookies. */
  copy(): CookieJar {
    const copy = new CookieJar();
    for (const [name, cookie] of this.cookies) copy.cookies.set(name, { ...cookie });
    return copy;
  }
}

function splitOnce(text: string, lowerCase = true): [string, string] {
  const at = text.indexOf('=');
  const [name, value] = at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  return [lowerCase ? name.toLowerCase() : name, value];
}

/** RFC 6265 §5.3: Max-Age wins over Expires; neither means until the browser is closed. */
function expiry(attributes: Map<string, string>): number {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined) return Date.now() + Number(maxAge) * 1000;
  const expires = attributes.get('expires');
  return expires === undefined ? Infinity : Date.parse(expires);
}

/** RFC 6265 §5.1.4 */
function covers(cookiePath: string, path: string): boolean {
  if (path === cookiePath) return true;
  return path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/');
}
