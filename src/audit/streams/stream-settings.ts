export type StreamKind = 'http' | 'syslog' | 'otlp';

/** Where events go; which members are used depends on the kind. */
export interface StreamSettings {
  readonly url?: string;
  readonly host?: string;
  readonly port?: number;
  /** PEM */
  readonly ca?: string;
}
