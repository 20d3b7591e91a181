import type { CustomFetch } from 'openid-client';
import type { AnyProviderSection, AppConfig } from '../../config/index.js';
import type { UpstreamIdentity } from '../../users/index.js';

/** Whom a provider vouches for, after every check its protocol asks for. */
export interface Assertion {
  readonly identity: UpstreamIdentity;
  /** The provider says that it made sure of the e-mail address. */
  readonly emailVerified: boolean;
  readonly name?: string;
  /** RFC 8176 authentication methods. */
  readonly amr: readonly string[];
  /** When the person proved who they are there, where the provider says so (OpenID Connect `auth_time`, SAML `AuthnInstant`). */
  readonly authTime?: Date;
  /** Everything the provider says about the person, as it names it: what groups are mapped from. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** The provider's own session (OpenID Connect `sid`, SAML `SessionIndex`), where it names one. */
  readonly session?: string;
  /** It counts once: its name, unlike that of any other, and until when it could be brought, in seconds since the epoch. */
  readonly once?: { readonly id: string; readonly until: number };
}

/** The provider says that its session, or every session of a person, is over. */
export interface ReceivedLogout {
  /** The provider's name for these very words, which count once. */
  readonly id: string;
  /** Seconds since the epoch after which they would be refused anyway. */
  readonly until: number;
  readonly subject?: string;
  /** Absent: all that the person has there. */
  readonly sessions?: readonly string[];
}

/** One thing that was tried at a provider. */
export interface TestStep {
  /** A snake_case word that stays the same. */
  readonly step: string;
  /** `null`: it could not be told. */
  readonly ok: boolean | null;
  /** A sentence for the admin: never a secret, never free text of the other side. */
  readonly detail: string;
}

/** What an admin sets up at the provider, and what is read from what it says. */
export interface ProviderFacts {
  /** Where the provider sends people back to, exactly as it is registered there. */
  readonly redirectUri: string;
  /** Which of its claims is what of a person. */
  readonly claims: Readonly<Record<string, string>>;
  /** Further addresses and names to register, by what they are called there. */
  readonly register?: Readonly<Record<string, string>>;
}

/** One way in through others. */
export interface SsoProvider {
  readonly id: string;
  readonly facts: ProviderFacts;
  /** It answers by a form that the browser posts: the fields with our state and with the answer. */
  readonly answerForm?: { readonly state: string; readonly answer: string };
  /**
   * The name of its Passport strategy, which yields an `Assertion`, once that can be used.
   * @throws ProviderUnavailable and may be asked again.
   */
  ready(): Promise<string>;
  /**
   * What the form of a back-channel logout says, when it is the provider's.
   * @throws SignInRejected, ProviderUnavailable
   */
  readLogout?(form: Readonly<Record<string, unknown>>): Promise<ReceivedLogout>;
  /** Tries everything that can be tried without a person, each step after the one it needs; registers nothing. */
  test(): Promise<readonly TestStep[]>;
  /** It is replaced or gone: its Passport strategy goes, too. */
  close(): void;
}

/** How far a provider reaches: what may be asked of other servers in its name, and where people may be sent. */
export interface Reach {
  mayCall(url: string): boolean;
  /** Bounded in time and size; follows no redirect. @throws ProviderUnavailable */
  readonly fetch: CustomFetch;
  /** Whether plain http is within it at all. */
  readonly insecure: boolean;
}

export interface ProviderContext {
  readonly config: AppConfig;
  /** Of a provider whose own address is `home`. */
  readonly reach: (home: string) => Reach;
}

/** A kind of provider that the configuration can name. */
export interface ProviderKind {
  readonly kind: AnyProviderSection['kind'];
  create(section: AnyProviderSection, context: ProviderContext): SsoProvider;
}

/** `kind` for the sections it is about. */
export function providerKind<Kind extends AnyProviderSection['kind']>(
  kind: Kind,
  create: (section: Extract<AnyProviderSection, { kind: Kind }>, context: ProviderContext) => SsoProvider,
): ProviderKind {
  return {
    kind,
    create: (section, context) => {
      if (section.kind !== kind) throw new Error(`${section.id} is not of the kind ${kind}`);
      return create(section as Extract<AnyProviderSection, { kind: Kind }>, context);
    },
  };
}

/** Where every provider sends people back to: a path of its own, so that no provider's answer passes for another's. */
export const callbackOf = ({ publicUrl }: AppConfig, id: string): string => `${publicUrl}/sso/${id}/callback`;
