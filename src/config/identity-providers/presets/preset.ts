/** The settings of a well-known provider. */
export interface Preset {
  /** Also the id of the provider that the environment variables make. */
  readonly id: string;
  /** Of `{PREFIX}_CLIENT_ID` and `{PREFIX}_CLIENT_SECRET`. */
  readonly variables: string;
  /** As the configuration file has them. */
  readonly settings: { readonly issuer: string; readonly [setting: string]: unknown };
  /** A further variable that a provider made of the environment may have, and what it settles. */
  readonly option?: {
    readonly variable: string;
    /** `undefined`: it cannot have this value. */
    settle(value: string): Readonly<Record<string, unknown>> | undefined;
    readonly mustBe: string;
  };
}
