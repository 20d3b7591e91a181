import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Matches,
  ValidateNested,
} from 'class-validator';
import { AuditPolicies } from './audit-policies.section.js';
import { IsNetwork } from './is-network.js';
import { RegistrationRule, StatementIssuer } from './registration.section.js';
import { KeyPolicies } from './key-policies.section.js';
import { ScopeRule } from './scope-rule.section.js';
import { RevocationPolicies } from './revocation-policies.section.js';
import { SessionPolicies } from './session-policies.section.js';
import { PasswordPolicies } from './password-policies.section.js';
import { ToolPolicySection } from './tool-policy.section.js';

/** Tolerances for real clients; each can be turned off. */
export class ClientPolicies {
  /** Answer an unwanted authentication method with the effective one instead of an error (RFC 7591 §3.2.1). */
  @IsBoolean() downgrade_auth_method: boolean = true;
  /** A client with a secret may send it by Basic or in the body, whichever it registered. */
  @IsBoolean() basic_or_post: boolean = true;
  /** Without an authentication method a client is public; off: `client_secret_basic` (RFC 7591 §2). */
  @IsBoolean() missing_method_is_public: boolean = true;
  /** Loopback or private-use redirect URIs without `application_type` mean `native`; off: they are refused. */
  @IsBoolean() infer_native: boolean = true;
  /** Any port on a registered loopback redirect URI (RFC 8252 §7.3). */
  @IsBoolean() loopback_any_port: boolean = true;
  /** Private-use URI schemes a public client may redirect to (RFC 8252 §7.1). */
  @IsArray()
  @ArrayMaxSize(50)
  @Matches(/^(?!(?:javascript|data|file|blob|vbscript|about|https?|wss?|ftp)$)[a-z][a-z0-9+.-]{1,62}$/, {
    each: true,
  })
  private_schemes: string[] = ['cursor', 'vscode', 'vscode-insiders'];
  /** `/authorize`, `/token` and `/register` at the origin, for clients of the 2025-03-26 revision. */
  @IsBoolean() legacy_aliases: boolean = true;
  /** Accept a resource that differs by one trailing slash or by the case of scheme and host. */
  @IsBoolean() resource_slash: boolean = true;
  /** A request without `resource` means the MCP resource. */
  @IsBoolean() default_resource: boolean = true;
  /** Every client registered for `refresh_token` gets one, whether or not it asked for `offline_access`. */
  @IsBoolean() refresh_without_offline_access: boolean = true;
  /** Give a client that proves who it is another refresh token with every refresh, too; without it, it keeps the one it has. */
  @IsBoolean() rotate_confidential: boolean = true;
  /** Refuse the first refresh right after a step-up challenge, so that clients which refresh instead of asking do ask. */
  @IsBoolean() step_up_by_authorization: boolean = true;
  /** What an admin approved beforehand needs no yes of the person, even when the client says `prompt=consent`. */
  @IsBoolean() preapproval_satisfies_consent: boolean = true;
  /** Drop scopes nobody knows instead of refusing the request. */
  @IsBoolean() ignore_unknown_scopes: boolean = false;
  /** Take a client assertion that names the token endpoint, instead of the issuer, as its audience. */
  @IsBoolean() assertion_audience_token_endpoint: boolean = false;
  /** DPoP proofs must have a nonce of this server (RFC 9449 §8, §9). */
  @IsBoolean() dpop_nonce: boolean = true;
  /** Read clients whose id is a URL from the metadata document there (CIMD). */
  @IsBoolean() metadata_documents: boolean = true;
  /** Where a rule lists redirect URIs of the same host, any last segment after one of these is listed too. */
  @IsArray()
  @ArrayMaxSize(50)
  @Matches(/^https:\/\/[a-z0-9.-]+\/(?:[A-Za-z0-9._~-]+\/)*$/, {
    each: true,
    message: 'redirect_prefixes must be https URLs that end with a slash',
  })
  redirect_prefixes: string[] = ['https://chatgpt.com/connector/oauth/'];
  /** Let clients that register themselves ask for the device grant, which is easy to phish with (RFC 8628 §5.4). */
  @IsBoolean() device_registration: boolean = false;
  /** Remove clients that made themselves and were never used, or not for `lifetimes.idleClient`. */
  @IsBoolean() sweep_unused_clients: boolean = true;
}

/** `policies` of the configuration file. */
export class PoliciesSection {
  /**
   * Whether unknown clients may register themselves, or only with an initial access token; `undefined` means open
   * except in production.
   */
  @IsOptional() @IsIn(['open', 'closed', 'token']) registration?: 'open' | 'closed' | 'token';
  /** What becomes of applications that register themselves or are named by their document: the first match decides. */
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => RegistrationRule)
  registrationRules: RegistrationRule[] = [];
  /** Who may vouch for software (RFC 7591 §2.3). */
  @IsArray()
  @ArrayMaxSize(50)
  @ValidateNested({ each: true })
  @Type(() => StatementIssuer)
  softwareStatements: StatementIssuer[] = [];
  /** Which people may grant which scopes to which applications. */
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => ScopeRule)
  scopeRules: ScopeRule[] = [];
  /** What an approved application is that gave itself other redirect URIs or keys. */
  @IsIn(['quarantined', 'approved']) trustAfterChange: 'quarantined' | 'approved' = 'quarantined';
  /** `tools/list` shows what the caller may use, or also what it could step up to. */
  @IsIn(['usable', 'step_up']) toolsList: 'usable' | 'step_up' = 'step_up';
  /** What is asked of callers of tools, resources and prompts beside what those ask themselves: only ever more. */
  @IsArray()
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => ToolPolicySection)
  toolPolicies: ToolPolicySection[] = [];
  /**
   * Clients of the 2025 revisions of MCP: each request for itself, or in sessions, in which tools can ask and tell of
   * changes. Several replicas then need routing by `Mcp-Session-Id`.
   */
  @IsIn(['stateless', 'stateful']) mcpSessions: 'stateless' | 'stateful' = 'stateless';
  /** Browser origins that may call `/mcp` beside the server's own. */
  @IsArray()
  @IsString({ each: true })
  @Matches(/^https?:\/\/[^/?#@\s]+$/, {
    each: true,
    message: 'corsOrigins must list origins such as https://app.example.com',
  })
  corsOrigins: string[] = [];
  /** Sign-in with an e-mail address and a password; `false` leaves only identity providers. */
  @IsBoolean() localAccounts: boolean = true;
  /**
   * People whose address is in a domain of an identity provider: `provider` sends them there always, and no password
   * of theirs is taken.
   */
  @IsIn(['provider', 'either']) domainSignIn: 'provider' | 'either' = 'either';
  @ValidateNested() @Type(() => PasswordPolicies) passwords: PasswordPolicies = new PasswordPolicies();
  /** Sign-in with passkeys, where there are local accounts. */
  @IsBoolean() passkeys: boolean = true;
  /** Whose password alone is not enough: those who set up a second step, everybody, or everybody with a role. */
  @IsIn(['optional', 'required', 'required_for_admins'])
  secondFactor: 'optional' | 'required' | 'required_for_admins' = 'optional';
  /** The web console at `/console`, and the client it is. */
  @IsBoolean() console: boolean = true;
  /** Every client must push its authorization requests (RFC 9126 §5). */
  @IsBoolean() requirePushedRequests: boolean = false;
  /** Networks of the installer in which collectors of the audit trail may be, reached by TLS. */
  @IsArray()
  @ArrayMaxSize(50)
  @IsNetwork({ each: true })
  collectorNetworks: string[] = [];
  /** Development only: lets metadata documents, key sets and logout endpoints be on this machine itself. */
  @IsBoolean() outboundLoopback: boolean = false;
  @ValidateNested() @Type(() => AuditPolicies) audit: AuditPolicies = new AuditPolicies();
  @ValidateNested() @Type(() => ClientPolicies) clients: ClientPolicies = new ClientPolicies();
  @ValidateNested() @Type(() => KeyPolicies) keys: KeyPolicies = new KeyPolicies();
  @ValidateNested() @Type(() => RevocationPolicies) revocation: RevocationPolicies = new RevocationPolicies();
  @ValidateNested() @Type(() => SessionPolicies) sessions: SessionPolicies = new SessionPolicies();
}
