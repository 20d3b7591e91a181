import { WWWAuthenticateChallengeError } from 'oauth4webapi';
import { signIn } from '../auth/sign-in';
import type { Tokens } from '../auth/tokens';
import { apiUrl } from '../installation';
import { Problem } from './problem';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The admin API, as the person who is signed in may use it. */
export class Api {
  constructor(readonly tokens: Tokens) {}

  async get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    return (await this.json(await this.request('GET', path, { query, signal }))) as T;
  }

  /** `method` with a JSON body. @throws Problem */
  async send<T>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: object): Promise<T> {
    return (await this.json(await this.request(method, path, { body }))) as T;
  }

  /** The answer as it comes, for downloads and streams. @throws Problem */
  async request(
    method: string,
    path: string,
    {
      query = {},
      body,
      signal,
      accept = 'application/json',
    }: { query?: Query; body?: object; signal?: AbortSignal; accept?: string } = {},
  ): Promise<Response> {
    const url = apiUrl(path);
    for (const [name, value] of Object.entries(query))
      for (const one of [value ?? []].flat()) url.searchParams.append(name, one);
    const headers = new Headers({ accept, ...(body && { 'content-type': 'application/json' }) });
    const response = await this.tokens
      .fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }), ...(signal && { signal }) })
      .catch((error: unknown) => this.challenged(error));
    if (!response.ok) throw await Problem.of(response);
    return response;
  }

  private async json(response: Response): Promise<unknown> {
    return response.status === 204 ? undefined : response.json();
  }

  /** RFC 9470 §3 asks for another sign-in; any other refused token is over, and a new one is asked for. */
  private async challenged(error: unknown): Promise<Response> {
    if (!(error instanceof WWWAuthenticateChallengeError)) throw error;
    if (error.status !== 401) return error.response;
    const parameters = new Map<string, string | undefined>(Object.entries({ ...error.cause[0]?.parameters }));
    const maxAge = parameters.get('max_age');
    const acr = parameters.get('acr_values');
    return signIn({
      ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
      ...(acr !== undefined && { acr }),
    });
  }
}
