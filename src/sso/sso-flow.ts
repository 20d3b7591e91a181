import type { Request } from 'express';

/** What a sign-in has to be beside being one. */
export interface SignInWish {
  /** The account that is meant, as the person or the app wrote it. */
  readonly loginHint?: string;
  /** So many seconds ago at most the person proved who they are; 0: only just now counts. */
  readonly maxAge?: number;
  /** The person wants to choose among their accounts. */
  readonly choose?: boolean;
}

/** Whose account it is to be connected to, and the session in which they asked for it. */
export interface Link {
  readonly userId: string;
  readonly sessionId: string;
}

/** One attempt to sign in through a provider, from leaving to coming back. What a strategy notes on it comes back too. */
export interface SsoFlow extends SignInWish {
  /** Unguessable; the provider sends it back. */
  readonly state: string;
  readonly returnTo?: string;
  /** Not to sign in but to connect what is proved to an account. */
  readonly link?: Link;
  /** When it began, in milliseconds since the epoch. */
  readonly since: number;
  /** Seconds since the epoch. */
  readonly until: number;
  [noted: string]: unknown;
}

/** The flow of the request being served; strategies find it where others keep a session. */
export interface RunningFlow extends SsoFlow {
  /** Gives the flow to the browser; call before the answer is sent. */
  keep(): void;
}

export function flowOf(req: Request): RunningFlow {
  const { session } = req as Request & { session?: RunningFlow };
  if (!session) throw new Error('No sign-in is under way in this request');
  return session;
}
