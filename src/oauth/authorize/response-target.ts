import type { Client } from '../clients/client.entity.js';
import type { Params } from '../params.js';

const MAX_STATE = 4_096;

/** OAuth 2.0 Multiple Response Types §2.1 and Form Post Response Mode §1. */
export const RESPONSE_MODES = ['query', 'form_post'] as const;
export type ResponseMode = (typeof RESPONSE_MODES)[number];

/** Where an answer goes, and how. The client and the redirect URI have been checked. */
export interface ResponseTarget {
  readonly client: Client;
  readonly redirectUri: string;
  readonly state?: string | undefined;
  readonly mode: ResponseMode;
  /** `prompt=none`: no page may be shown, whatever goes wrong. */
  readonly silent: boolean;
}

/** Reads no more than an answer needs, so that whatever else is wrong can be told to the client. */
export function targetOf(params: Params, client: Client, redirectUri: string): ResponseTarget {
  const [state, ...more] = params.all('state');
  const [mode, ...modes] = params.all('response_mode');
  const [prompt, ...prompts] = params.all('prompt');
  return {
    client,
    redirectUri,
    ...(more.length === 0 && state !== undefined && isState(state) && { state }),
    mode: mode === 'form_post' && modes.length === 0 && isWeb(redirectUri) ? mode : 'query',
    silent: prompt === 'none' && prompts.length === 0,
  };
}

/** A form can be posted to a web address and not to the scheme of a program. */
export const isWeb = (redirectUri: string): boolean => /^https?:/.test(redirectUri);

/** RFC 6749 §4.1.1. What is too long is refused, never cut. */
const isState = (state: string): boolean => state.length <= MAX_STATE && !state.includes('\0');
