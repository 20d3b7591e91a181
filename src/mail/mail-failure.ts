/** Why a letter did not leave; `isFinal` when trying again would not help. */
export interface MailFailure {
  readonly reason: string;
  readonly isFinal: boolean;
}

/** RFC 5321 §4.2.1: 5yz is a final no. Of a no to the credentials or to the connection only the operator can say so. */
export function mailFailureOf(error: unknown): MailFailure {
  const { code, responseCode } = error as { code?: unknown; responseCode?: unknown };
  const status = typeof responseCode === 'number' ? responseCode : undefined;
  const aboutLetter = code === 'EENVELOPE' || code === 'EMESSAGE';
  return {
    reason: status !== undefined ? `smtp_${status}` : reasonOf(code),
    isFinal: aboutLetter && (status === undefined || status >= 500),
  };
}

function reasonOf(code: unknown): string {
  if (code === 'ETIMEDOUT') return 'smtp_timeout';
  if (code === 'EAUTH') return 'smtp_credentials_refused';
  if (code === 'ETLS') return 'smtp_tls_failed';
  if (code === 'EENVELOPE') return 'smtp_address_refused';
  return 'smtp_unreachable';
}
