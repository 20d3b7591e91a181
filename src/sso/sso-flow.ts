import type { Request } from 'express';

/** One attempt to sign in through a provider, from leaving to coming back. What a strategy notes on it comes back too. */
export interface SsoFlow {
  /** Unguessable; the provider sends it back. */
  readonly state: string;
  readonly returnTo?: string;
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
