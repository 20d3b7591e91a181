import { domainToASCII } from 'node:url';

/** Whether one of `domains` is the domain of the address: that very one, not one below it. */
export function isAuthoritative(domains: readonly string[], email: string): boolean {
  const at = email.lastIndexOf('@');
  const domain = at > 0 ? normal(email.slice(at + 1)) : '';
  return domain !== '' && domains.some((each) => normal(each) === domain);
}

/** Case, full-width letters and international names are ways to write the same domain. */
const normal = (domain: string): string => domainToASCII(domain.trim().normalize('NFKC')).toLowerCase();
