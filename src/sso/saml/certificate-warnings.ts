import type { X509Certificate } from 'node:crypto';

const DAY_MS = 86_400_000;
const WARN_DAYS = 30;

/** What somebody should do something about soon. */
export function certificateWarnings(certificates: readonly X509Certificate[], now = Date.now()): string[] {
  return certificates.flatMap(({ validFrom, validTo, fingerprint256 }) => {
    const which = `the certificate with the SHA-256 fingerprint ${fingerprint256}`;
    const left = Math.floor((Date.parse(validTo) - now) / DAY_MS);
    if (Date.parse(validFrom) > now) return [`${which} is not valid before ${validFrom}`];
    if (left < 0) return [`${which} ran out on ${validTo}`];
    return left < WARN_DAYS ? [`${which} runs out in ${left} day(s), on ${validTo}`] : [];
  });
}
