import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Api } from './api/api';
import { useApi } from './api/hooks';
import { Problem } from './api/problem';
import type { AuditEvent, Client, Grant, Page, Session, User } from './api/types';
import { short } from './words';

export interface Finding {
  readonly to: string;
  readonly title: string;
  readonly kind: string;
}

type Search = (api: Api, text: string, signal: AbortSignal) => Promise<readonly Finding[]>;

interface Place {
  /** What the caller needs to look there. */
  readonly scope: string;
  readonly fits: (text: string) => boolean;
  readonly search: Search;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const isUuid = (text: string): boolean => UUID.test(text);
/** A JWT, or an opaque token of this server: it goes into no address and no search. */
const isToken = (text: string): boolean =>
  /^(?:[\w-]+\.[\w-]+\.[\w-]+|gh_[a-z]+_[\w-]{20,})$/.test(text) && text.length > 40;
const isWords = (text: string): boolean => !isUuid(text) && !isToken(text);
const FEW = { limit: '5' };

const one =
  <T>(path: (id: string) => string, finding: (it: T) => Finding): Search =>
  async (api, text, signal) => [finding(await api.get<T>(path(text), {}, signal))];

interface FoundToken {
  readonly kind: string;
  readonly alive: boolean;
  readonly over?: string;
  readonly jti?: string;
  readonly grant_id?: string;
  readonly client_id: string;
}

function tokenFinding({ kind, alive, over, jti, grant_id: grant, client_id: client }: FoundToken): Finding {
  const to = grant ? `/access?open=${grant}` : `/activity?range=all&jti=${jti ?? ''}`;
  return {
    to,
    title: `${kind} token of ${short(client)}, ${alive ? 'alive' : (over ?? 'over')}`,
    kind: 'token',
  };
}

/** Where things are looked for, each by what can be written there. */
const PLACES: readonly Place[] = [
  {
    scope: 'admin:grants:read',
    fits: isToken,
    search: async (api, token) => [
      tokenFinding(await api.send<FoundToken>('POST', 'tokens/lookup', { token })),
    ],
  },
  {
    scope: 'admin:users:read',
    fits: isWords,
    search: async (api, q, signal) =>
      (await api.get<Page<User>>('users', { ...FEW, q }, signal)).items.map((user) => ({
        to: `/people?open=${user.id}`,
        title: user.email,
        kind: 'person',
      })),
  },
  {
    scope: 'admin:clients:read',
    fits: isWords,
    search: async (api, q, signal) =>
      (await api.get<Page<Client>>('clients', { ...FEW, q }, signal)).items.map((client) => ({
        to: `/clients?open=${encodeURIComponent(client.id)}`,
        title: client.name,
        kind: 'client',
      })),
  },
  {
    scope: 'admin:users:read',
    fits: isUuid,
    search: one<User>(
      (id) => `users/${id}`,
      ({ id, email }) => ({ to: `/people?open=${id}`, title: email, kind: 'person' }),
    ),
  },
  {
    scope: 'admin:grants:read',
    fits: isUuid,
    search: one<Grant>(
      (id) => `grants/${id}`,
      ({ id, client_name: client, user_email: user }) => ({
        to: `/access?open=${id}`,
        title: `${client} for ${user}`,
        kind: 'grant',
      }),
    ),
  },
  {
    scope: 'admin:grants:read',
    fits: isUuid,
    search: one<Session>(
      (id) => `sessions/${id}`,
      ({ id }) => ({ to: `/access?view=sessions&open=${id}`, title: short(id), kind: 'session' }),
    ),
  },
  {
    scope: 'admin:audit:read',
    fits: isUuid,
    search: one<AuditEvent>(
      (id) => `audit/events/${id}`,
      ({ event_id: id, type }) => ({ to: `/decisions/${id}`, title: type, kind: 'decision' }),
    ),
  },
  {
    scope: 'admin:audit:read',
    fits: (text) => /^[A-Za-z0-9._:-]{8,128}$/.test(text) && !isToken(text),
    search: async (api, id, signal) =>
      (await api.get<Page<AuditEvent>>('audit/events', { limit: '1', correlation_id: id }, signal)).items.map(
        () => ({
          to: `/activity?range=all&correlation_id=${encodeURIComponent(id)}`,
          title: short(id),
          kind: 'correlation id',
        }),
      ),
  },
];

/** Everything that answers to a text, asked for when the typing pauses. */
export function useFindings(text: string): { findings: readonly Finding[]; isSearching: boolean } {
  const api = useApi();
  const settled = useSettled(text);
  const places = PLACES.filter(({ scope, fits }) => api.tokens.may(scope) && fits(settled));
  const { data, isFetching } = useQuery({
    queryKey: ['find', settled],
    enabled: settled.length > 1,
    queryFn: async ({ signal }) =>
      (await Promise.all(places.map(({ search }) => search(api, settled, signal).catch(nothing)))).flat(),
  });
  return { findings: settled === text ? (data ?? []) : [], isSearching: isFetching || settled !== text };
}

/** Not there, or no such id: the other places may still have it. */
function nothing(error: unknown): readonly Finding[] {
  if (error instanceof Problem && error.status < 500) return [];
  throw error;
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
