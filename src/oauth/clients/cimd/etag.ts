const MAX_ETAG = 200;

/** RFC 9110 §8.8.3; what is not one, or endless, is worth no second request. */
export function etagOf({ etag }: Readonly<Record<string, string>>): string | undefined {
  return etag !== undefined && etag.length <= MAX_ETAG && /^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(etag)
    ? etag
    : undefined;
}
