import { Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../config/index.js';
import { TokenSigner } from '../keys/index.js';
import { AuthorizationServerMetadata } from './authorization-server-metadata.js';

const TIMEOUT_MS = 5_000;

/** A request a client will make, and what is wrong with its answer, as a sentence that says what to do. */
interface Probe {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly fault: (answer: Response) => Promise<string | undefined>;
}

/**
 * Asks this server the questions a client will ask, through `PUBLIC_URL` and whatever proxy stands there, and says what
 * would keep clients out.
 */
@Injectable()
export class PublicUrlCheck {
  private readonly logger = new Logger('public-url');

  constructor(
    private readonly config: AppConfig,
    private readonly metadata: AuthorizationServerMetadata,
    private readonly signer: TokenSigner,
  ) {}

  /** The faults it found and logged; it never throws and never keeps the server from serving. */
  async run(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const probe of this.probes()) {
      const fault = await this.ask(probe);
      if (fault) found.push(fault);
      // One unreachable address makes every other question pointless.
      if (fault?.startsWith('PUBLIC_URL')) break;
    }
    for (const fault of found) this.logger.warn(fault);
    if (found.length === 0) this.logger.log(`Clients find this server at ${this.config.issuer}`);
    return found;
  }

  private probes(): Probe[] {
    const { origin, basePath, issuer, mcpResource } = this.config;
    const documents = [
      `${origin}/.well-known/oauth-authorization-server${basePath}`,
      `${origin}/.well-known/openid-configuration${basePath}`,
      `${issuer}/.well-known/openid-configuration`,
    ];
    const resources = [`${origin}/.well-known/oauth-protected-resource${new URL(mcpResource).pathname}`];
    return [
      ...[...new Set(documents)].map((url) => this.document(url, 'issuer', issuer)),
      ...resources.map((url) => this.document(url, 'resource', mcpResource)),
      { url: this.config.jwksUri, method: 'GET', fault: async (answer) => this.keysLacking(answer) },
      { url: mcpResource, method: 'POST', fault: async (answer) => noChallenge(answer) },
    ];
  }

  private document(url: string, member: 'issuer' | 'resource', expected: string): Probe {
    const fault = async (answer: Response): Promise<string | undefined> => {
      const wrong = notOk(answer, 'where clients look first');
      if (wrong) return wrong;
      const body = (await answer.json().catch(() => undefined)) as Record<string, unknown> | undefined;
      if (body?.[member] === expected) return this.differs(body, member, url);
      return `${url} names the ${member} ${String(body?.[member])} instead of ${expected}: another server answers there, or PUBLIC_URL is not what people and clients use.`;
    };
    return { url, method: 'GET', fault };
  }

  /** Here, or wherever the metadata says that the key set is. */
  private async keysLacking(answer: Response): Promise<string | undefined> {
    const { jwksUri, issuer } = this.config;
    if (answer.status !== 200)
      return jwksUri.startsWith(`${issuer}/`)
        ? notOk(answer, 'the keys of tokens')
        : `${jwksUri} answers ${answer.status}: policies.keys.jwksUri must be where the key set was uploaded.`;
    const body = (await answer.json().catch(() => undefined)) as { keys?: { kid?: string }[] } | undefined;
    const kid = this.signer.kid();
    if (Array.isArray(body?.keys) && body.keys.some((key) => key.kid === kid)) return undefined;
    return `${jwksUri} lacks the key that signs, ${kid}: upload the key set, or empty the cache that keeps an old one.`;
  }

  /** The same issuer with other contents: a cache or another version stands in between. */
  private differs(body: object, member: 'issuer' | 'resource', url: string): string | undefined {
    if (member !== 'issuer' || JSON.stringify(body) === JSON.stringify(this.metadata.document()))
      return undefined;
    return `${url} answers another document than this process makes: a cache keeps an old one, or replicas run with different configurations.`;
  }

  private async ask({ url, method, fault }: Probe): Promise<string | undefined> {
    try {
      const answer = await fetch(url, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return await fault(answer);
    } catch (error) {
      if (!url.startsWith(this.config.origin))
        return `${url} cannot be reached from here (${causeOf(error)}), and no verifier gets the keys of tokens if it cannot reach it either.`;
      return `PUBLIC_URL cannot be reached from here (${url}: ${causeOf(error)}). If clients can reach it, let this machine reach it too; if not, point the proxy or the name at this server.`;
    }
  }
}

function notOk(answer: Response, what: string): string | undefined {
  if (answer.status === 200) return undefined;
  const moved = answer.status >= 300 && answer.status < 400;
  return `${answer.url} answers ${answer.status}${moved ? ', which clients do not follow' : ''}: the proxy must pass on ${what}, ${new URL(answer.url).pathname}, unchanged.`;
}

/** RFC 9728 §5.1: without the header a client does not learn where to sign in. */
function noChallenge(answer: Response): string | undefined {
  const challenge = answer.headers.get('www-authenticate');
  if (answer.status === 401 && challenge?.startsWith('Bearer ')) return undefined;
  return `${answer.url} answers ${answer.status} ${challenge ? 'with' : 'without'} a challenge where clients expect 401 with WWW-Authenticate: the proxy must pass on POST and that header, and must not ask for a sign-in of its own.`;
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return error.name === 'TimeoutError' ? `no answer within ${TIMEOUT_MS / 1_000} s` : error.message;
}
