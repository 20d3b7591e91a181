import { isIP } from 'node:net';
import type { AuditSection } from './audit.section.js';
import type { BrandSection } from './brand.section.js';
import type { ClientSection } from './client.section.js';
import type { EncryptionKeys } from './encryption-keys.js';
import type { GroupSection } from './group.section.js';
import type { AnyProviderSection } from './identity-providers/index.js';
import type { SigningAlgorithm } from './key-policies.section.js';
import type { LifetimesSection } from './lifetimes.section.js';
import type { LimitsSection } from './limits.section.js';
import type { MailSection } from './mail.section.js';
import type { PoliciesSection } from './policies.section.js';
import type { ResourceSection } from './resource.section.js';
import type { ScopeSection } from './scope.section.js';
import type { TrustedIssuerSection } from './trusted-issuer.section.js';

export interface Bootstrap {
  readonly adminEmail: string;
  /** Absent: a random one is made on the first start and printed once. */
  readonly adminPassword?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** Everything the installer decided, validated as a whole at start and frozen. Durations are in seconds. */
export class AppConfig {
  readonly production!: boolean;
  readonly port!: number;
  readonly host!: string;
  /** Without a trailing slash. */
  readonly publicUrl!: string;
  /** Absent: the embedded PostgreSQL below `dataDir`. */
  readonly databaseUrl?: string;
  /** The same database as its owner, for migrations; absent: `databaseUrl` is the owner's. */
  readonly databaseMigrationUrl?: string;
  readonly dataDir!: string;
  readonly redisUrl?: string;
  readonly encryptionKeys!: EncryptionKeys;
  /** Addresses or CIDR ranges whose forwarding headers are believed. */
  readonly trustedProxies!: readonly string[];
  readonly bootstrap!: Bootstrap;
  readonly logLevel!: string;
  readonly scopes!: readonly ScopeSection[];
  readonly resources!: readonly ResourceSection[];
  readonly clients!: readonly ClientSection[];
  readonly identityProviders!: readonly AnyProviderSection[];
  /** Ids of those of them that environment variables made. */
  readonly environmentProviders!: readonly string[];
  readonly trustedIssuers!: readonly TrustedIssuerSection[];
  readonly groups!: readonly GroupSection[];
  readonly policies!: PoliciesSection;
  readonly limits!: LimitsSection;
  readonly lifetimes!: LifetimesSection;
  readonly mail!: MailSection;
  readonly audit!: AuditSection;
  readonly brand!: BrandSection;

  constructor(values: ConfigValues) {
    Object.assign(this, values);
  }

  get embedded(): boolean {
    return this.databaseUrl === undefined;
  }

  /** RFC 8414 §2: the issuer identifier; every endpoint hangs below it. */
  get issuer(): string {
    return this.publicUrl;
  }

  get origin(): string {
    return new URL(this.publicUrl).origin;
  }

  /** The path of `PUBLIC_URL`, without a trailing slash: '' or '/sso'. */
  get basePath(): string {
    return new URL(this.publicUrl).pathname.replace(/\/$/, '');
  }

  get secure(): boolean {
    return this.publicUrl.startsWith('https:');
  }

  /** RFC 8707 resource indicator of the MCP server. */
  get mcpResource(): string {
    return `${this.publicUrl}/mcp`;
  }

  /** RFC 8707 resource indicator of the admin API. */
  get adminResource(): string {
    return `${this.publicUrl}/admin`;
  }

  /** RFC 8707 resource indicator of the provisioning API (SCIM). */
  get scimResource(): string {
    return `${this.publicUrl}/scim`;
  }

  /** Audience of tokens that are only good for asking who somebody is. */
  get userinfoResource(): string {
    return `${this.publicUrl}/oauth2/userinfo`;
  }

  /** Every algorithm there is a key for; the first is what signs unless something else is asked for. */
  get signingAlgorithms(): readonly SigningAlgorithm[] {
    const { algorithm, additionalAlgorithms } = this.policies.keys;
    const asked = this.resources.flatMap((resource) => resource.algorithm ?? []);
    return [...new Set([algorithm, ...additionalAlgorithms, ...asked])];
  }

  get jwksUri(): string {
    return this.policies.keys.jwksUri ?? `${this.publicUrl}/oauth2/jwks`;
  }

  /** The longest that anything signed here can live, in seconds. */
  get longestToken(): number {
    const { accessToken, adminAccessToken, idToken } = this.lifetimes;
    const named = this.resources.flatMap((resource) => resource.lifetime ?? []);
    return Math.max(accessToken, adminAccessToken, idToken, ...named);
  }

  /** The relying party id of passkeys (WebAuthn §5.1.2); `undefined` where there are none, as at a bare IP address. */
  get passkeyDomain(): string | undefined {
    const { hostname } = new URL(this.publicUrl);
    const { localAccounts, passkeys } = this.policies;
    const isDomain = isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
    return localAccounts && passkeys && isDomain ? hostname : undefined;
  }

  get registrationMode(): 'open' | 'closed' | 'token' {
    return this.policies.registration ?? (this.production ? 'closed' : 'open');
  }
}

type Derived =
  | 'embedded'
  | 'issuer'
  | 'origin'
  | 'basePath'
  | 'secure'
  | 'mcpResource'
  | 'adminResource'
  | 'scimResource'
  | 'userinfoResource'
  | 'signingAlgorithms'
  | 'jwksUri'
  | 'longestToken'
  | 'passkeyDomain'
  | 'registrationMode';
export type ConfigValues = Omit<AppConfig, Derived>;
