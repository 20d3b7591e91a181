import { IsInt, IsOptional, IsUrl, Max, Min } from 'class-validator';
import { isLoopbackUrl } from './production-gaps.js';

/** `policies.passwords`: what people may choose. */
export class PasswordPolicies {
  /** In characters, as people count them. */
  @IsInt() @Min(8) @Max(64) minLength: number = 12;
  /**
   * Where to ask whether a password is among those that became public: the first five characters of its SHA-1 are
   * appended and sent, nothing else. Such as https://api.pwnedpasswords.com/range/
   */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['https', 'http'] })
  breachedRange?: string;
}

/** What single values do not show. */
export function passwordPolicyProblems({ breachedRange }: PasswordPolicies): string[] {
  if (breachedRange === undefined || !URL.canParse(breachedRange)) return [];
  return [
    breachedRange.startsWith('http:') &&
      !isLoopbackUrl(breachedRange) &&
      'policies.passwords.breachedRange is http; only https is safe (http is allowed on loopback)',
    !breachedRange.endsWith('/') &&
      'policies.passwords.breachedRange must end with a slash: five characters are appended',
  ].filter((problem) => typeof problem === 'string');
}
