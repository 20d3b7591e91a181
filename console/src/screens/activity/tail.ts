import { useEffect, useState } from 'react';
import { useApi } from '../../api/hooks';
import type { Query } from '../../api/api';
import { serverSentEvents } from '../../api/events';
import type { AuditEvent } from '../../api/types';

/** What stays on the page. */
const KEPT = 500;
const AGAIN_MS = 1_000;

interface Tail {
  /** Newest first. */
  readonly events: readonly AuditEvent[];
  readonly error?: unknown;
}

/** Events as they come, for as long as it is wanted. What came stays when it is paused. */
export function useTail(query: Query, isLive: boolean): Tail {
  const api = useApi();
  const asked = JSON.stringify({ ...query, since: undefined, until: undefined });
  const [tail, setTail] = useState<Tail & { asked: string }>({ events: [], asked });
  useEffect(() => {
    if (!isLive) return undefined;
    const ending = new AbortController();
    const { signal } = ending;
    const add = (event: AuditEvent): void =>
      setTail((before) => ({
        asked,
        events: [event, ...(before.asked === asked ? before.events : [])].slice(0, KEPT),
      }));
    const follow = async (): Promise<void> => {
      for await (const { data } of serverSentEvents(api, 'audit/tail', {
        query: JSON.parse(asked) as Query,
        signal,
      }))
        add(JSON.parse(data) as AuditEvent);
    };
    const again = async (): Promise<void> => {
      // The server ends a stream with its token; the next one has a new token.
      while (!signal.aborted) {
        await follow();
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    };
    again().catch((error: unknown) => {
      if (!signal.aborted) setTail((before) => ({ ...before, error }));
    });
    return () => ending.abort();
  }, [api, asked, isLive]);
  return tail.asked === asked ? tail : { events: [] };
}
