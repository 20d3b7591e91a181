import type { Response } from 'express';
import type { OAuthError } from '../oauth-error.js';

export interface ResponseTarget {
  readonly redirectUri: string;
  readonly state?: string | undefined;
}

/** RFC 6749 §4.1.2 with `iss` (RFC 9207 §2). 303, so that a form post is never repeated at the client. */
export function sendCode(res: Response, issuer: string, target: ResponseTarget, code: string): void {
  redirect(res, target, { code, iss: issuer });
}

/** RFC 6749 §4.1.2.1. */
export function sendError(res: Response, issuer: string, target: ResponseTarget, error: OAuthError): void {
  redirect(res, target, { error: error.code, error_description: error.description, iss: issuer });
}

function redirect(
  res: Response,
  { redirectUri, state }: ResponseTarget,
  answer: Record<string, string>,
): void {
  const parameters = new URLSearchParams({ ...answer, ...(state !== undefined && { state }) });
  // The registered URI is kept byte for byte; only the answer is appended.
  const location = `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${parameters.toString()}`;
  res
    .set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', Location: location })
    .status(303)
    .end();
}
