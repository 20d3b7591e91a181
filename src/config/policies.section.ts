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

/** Tolerances for real clients; each can be turned off. */
export class ClientPolicies {
  /** Answer an unwanted authentication method with the effective one instead of an error (RFC 7591 §3.2.1). */
  @IsBoolean() downgrade_auth_method: boolean = true;
  /** A client with a secret may send it by Basic or in the body, whichever it registered. */
  @IsBoolean() basic_or_post: boolean = true;
  /** A native-looking registration without an authentication method is a public client. */
  @IsBoolean() missing_method_is_public: boolean = true;
  /** Loopback or private-use redirect URIs without `application_type` mean `native`. */
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
  /** Refuse the first refresh right after a step-up challenge, so that clients which refresh instead of asking do ask. */
  @IsBoolean() step_up_by_authorization: boolean = true;
  /** Drop scopes nobody knows instead of refusing the request. */
  @IsBoolean() ignore_unknown_scopes: boolean = false;
  /** Remove dynamically registered clients that were never used. */
  @IsBoolean() sweep_unused_clients: boolean = true;
}

/** `policies` of the configuration file. */
export class PoliciesSection {
  /** Whether unknown clients may register themselves; `undefined` means open except in production. */
  @IsOptional() @IsIn(['open', 'closed']) registration?: 'open' | 'closed';
  /** `tools/list` shows what the caller may use, or also what it could step up to. */
  @IsIn(['usable', 'step_up']) toolsList: 'usable' | 'step_up' = 'step_up';
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
  @ValidateNested() @Type(() => ClientPolicies) clients: ClientPolicies = new ClientPolicies();
}
