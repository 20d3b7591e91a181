import { OAuthError } from './oauth-error.js';

/**
 * Parameters of an OAuth request. An empty value counts as omitted, and no parameter may come twice
 * (RFC 6749 §3.1, §3.2) unless the reader says so (`resource`, RFC 8707 §2).
 */
export class Params {
  private constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  /** `source` is what Express parsed from a form body or a query with the simple parser. */
  static from(source: unknown): Params {
    const values = new Map<string, string[]>();
    if (typeof source === 'object' && source !== null) {
      for (const [name, value] of Object.entries(source)) {
        const list = (Array.isArray(value) ? value : [value]).filter(
          (item): item is string => typeof item === 'string' && item !== '',
        );
        if (list.length > 0) values.set(name, list);
      }
    }
    return new Params(values);
  }

  /** @throws OAuthError invalid_request when it came more than once */
  get(name: string): string | undefined {
    const list = this.values.get(name);
    if (list && list.length > 1)
      throw new OAuthError('invalid_request', `${safeName(name)} must not be repeated`, {
        reason: 'repeated_parameter',
      });
    return list?.[0];
  }

  /** @throws OAuthError invalid_request when it is missing */
  require(name: string): string {
    const value = this.get(name);
    if (value === undefined)
      throw new OAuthError('invalid_request', `${safeName(name)} is missing`, { reason: `missing_${name}` });
    return value;
  }

  all(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** Everything but the named parameters, as it came. */
  without(names: readonly string[]): Record<string, readonly string[]> {
    return Object.fromEntries([...this.values].filter(([name]) => !names.includes(name)));
  }

  /** @throws OAuthError invalid_request when anything but the named parameters came more than once */
  refuseRepeated(except: readonly string[] = []): void {
    for (const [name, list] of this.values) {
      if (list.length > 1 && !except.includes(name))
        throw new OAuthError('invalid_request', 'A parameter is repeated', { reason: 'repeated_parameter' });
      if (list.some((value) => value.includes('\0')))
        throw new OAuthError('invalid_request', 'A parameter has a NUL character', {
          reason: 'nul_character',
        });
    }
  }
}

const safeName = (name: string): string => (/^[a-z_]{1,40}$/.test(name) ? name : 'A parameter');
