const LOOPBACK = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?((?:[/?][^#]*)?)$/;

export interface LoopbackUri {
  readonly host: string;
  readonly port: number | undefined;
  /** Path and query, exactly as written. */
  readonly rest: string;
}

/** Reads an http URI on a loopback host without normalising anything (RFC 8252 §7.3 and §8.3). */
export function parseLoopback(uri: string): LoopbackUri | undefined {
  const match = LOOPBACK.exec(uri);
  if (!match) return undefined;
  const port = match[2] === undefined ? undefined : Number(match[2]);
  return port !== undefined && (port < 1 || port > 65_535)
    ? undefined
    : { host: match[1]!, port, rest: match[3]! };
}
