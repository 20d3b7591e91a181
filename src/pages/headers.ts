import { createHash } from 'node:crypto';
import { formActionSources } from './form-action.js';

export interface PageHeaderChoices {
  language: string;
  formTargets: readonly string[];
  /** Cuts the tie to the window that opened this page; an OAuth popup still needs that tie. */
  severOpener: boolean;
  /** The page's own script, word for word. */
  script?: string;
  /** It loads a script file of ours. */
  scriptFile?: boolean;
  /** Its form goes to `formTargets` alone. */
  formLeaves?: boolean;
}

export function pageHeaders(choices: PageHeaderChoices): Record<string, string> {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Language': choices.language,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': contentSecurityPolicy(choices),
    // RFC 9700 section 4.2: the address of a page can carry a code or a state.
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    // RFC 9700 section 4.16, together with frame-ancestors.
    'X-Frame-Options': 'DENY',
    ...(choices.severOpener ? { 'Cross-Origin-Opener-Policy': 'same-origin' } : {}),
  };
}

function contentSecurityPolicy({ formTargets, formLeaves, script, scriptFile }: PageHeaderChoices): string {
  const hash = script === undefined ? [] : [`script-src 'sha256-${sha256(script)}'`];
  return [
    "default-src 'none'",
    ...(scriptFile ? ["script-src 'self'"] : hash),
    "style-src 'self'",
    "img-src 'self' data:",
    `form-action ${formActionSources(formTargets, formLeaves).join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64');
