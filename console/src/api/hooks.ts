import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type UseQueryResult,
} from '@tanstack/react-query';
import { createContext, use } from 'react';
import type { Api, Query } from './api';
import type { Page } from './types';

export const ApiContext = createContext<Api | undefined>(undefined);

export function useApi(): Api {
  const api = use(ApiContext);
  if (!api) throw new Error('There is no API outside of the signed-in part');
  return api;
}

/** One thing; `undefined` as path asks nothing. */
export function useOne<T>(path: string | undefined, query: Query = {}): UseQueryResult<T> {
  const api = useApi();
  return useQuery({
    queryKey: [path, query],
    enabled: path !== undefined,
    queryFn: ({ signal }) => api.get<T>(path!, query, signal),
  });
}

const LIMIT = '50';

/** A list of any length, page after page. */
export function usePages<T>(path: string, query: Query, { enabled = true }: { enabled?: boolean } = {}) {
  const api = useApi();
  const result = useInfiniteQuery({
    queryKey: [path, query],
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      api.get<Page<T>>(
        path,
        { limit: LIMIT, ...query, cursor: pageParam, ...(!pageParam && { count: 'capped' }) },
        signal,
      ),
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  const pages = result.data?.pages ?? [];
  return { ...result, items: pages.flatMap((page) => page.items), count: pages[0]?.count };
}

export interface Act {
  readonly method: 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** A change; everything that is shown is asked for anew after it. */
export function useAct<T>() {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ method, path, body }: Act) => api.send<T>(method, path, body),
    onSuccess: () => queries.invalidateQueries(),
  });
}
