import type { BrandSection } from './brand.section.js';
import type { ClientSection } from './client.section.js';
import type { EncryptionKeys } from './encryption-keys.js';
import type { IdentityProviderSection } from './identity-provider.section.js';
import type { LifetimesSection } from './lifetimes.section.js';
import type { LimitsSection } from './limits.section.js';
import type { PoliciesSection } from './policies.section.js';
import type { ScopeSection } from './scope.section.js';

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
  readonly dataDir!: string;
  readonly redisUrl?: string;
  readonly encryptionKeys!: EncryptionKeys;
  /** Addresses or CIDR ranges whose forwarding headers are believed. */
  readonly trustedProxies!: readonly string[];
  readonly bootstrap!: Bootstrap;
  readonly logLevel!: string;
  readonly scopes!: readonly ScopeSection[];
  readonly clients!: readonly ClientSection[];
  readonly identityProviders!: readonly IdentityProviderSection[];
  readonly policies!: PoliciesSection;
  readonly limits!: LimitsSection;
  readonly lifetimes!: LifetimesSection;
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

  get openRegistration(): boolean {
    return (this.policies.registration ?? (this.production ? 'closed' : 'open')) === 'open';
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
  | 'openRegistration';
export type ConfigValues = Omit<AppConfig, Derived>;
