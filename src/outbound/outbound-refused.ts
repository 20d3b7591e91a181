/** Why nothing was sent, or why what came back was not taken. */
export type OutboundReason =
  | 'url_not_allowed'
  | 'address_not_allowed'
  | 'busy'
  | 'unreachable'
  | 'tls_failed'
  | 'timeout'
  | 'answer_too_large'
  | 'answer_encoded'
  | 'answer_malformed';

/** A request to somebody else's server was not made, or its answer was not taken. `reason` is for the log. */
export class OutboundRefused extends Error {
  constructor(
    readonly reason: OutboundReason,
    options?: ErrorOptions,
  ) {
    super(reason, options);
    this.name = 'OutboundRefused';
  }
}

const TLS =
  /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH)/;

/** Names what went wrong on the way, for the log; the cause itself goes no further than that. */
export function refusedBy(cause: unknown, timedOut: boolean): OutboundRefused {
  if (cause instanceof OutboundRefused) return cause;
  if (timedOut) return new OutboundRefused('timeout', { cause });
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'HPE_HEADER_OVERFLOW') return new OutboundRefused('answer_too_large', { cause });
  if (code.startsWith('HPE_')) return new OutboundRefused('answer_malformed', { cause });
  return new OutboundRefused(TLS.test(code) ? 'tls_failed' : 'unreachable', { cause });
}
