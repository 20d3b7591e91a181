import type { ClientMetadata } from '../client-metadata.js';
import { readMetadata } from '../read-metadata.js';
import { DocumentRefused } from './document-refused.js';

const JSON_TYPE = /^application\/(?:[a-z0-9!#$&^_.-]+\+)?json(?:\s*;|$)/i;
/** There is no secret that a public document could carry (§4.1 of the draft). */
const SECRETS = ['client_secret', 'client_secret_expires_at'];
const AUTH_METHODS: readonly unknown[] = [undefined, null, 'none', 'private_key_jwt'];

/**
 * What a document at `url` says of its client (draft-ietf-oauth-client-id-metadata-document §4).
 * @throws DocumentRefused, or the OAuthError that any other registration would get
 */
export function readDocument(url: string, contentType: string | undefined, body: string): ClientMetadata {
  if (!JSON_TYPE.test(contentType ?? '')) throw new DocumentRefused('document_not_json');
  const document = parseObject(body);
  // Simple string comparison (RFC 3986 §6.2.1).
  if (document['client_id'] !== url) throw new DocumentRefused('document_names_another');
  if (SECRETS.some((member) => Object.hasOwn(document, member)))
    throw new DocumentRefused('document_with_secret');
  if (!AUTH_METHODS.includes(document['token_endpoint_auth_method']))
    throw new DocumentRefused('document_auth_method');
  const metadata = readMetadata(document);
  if (!metadata.client_name?.trim()) throw new DocumentRefused('document_without_name');
  if (!metadata.redirect_uris?.length) throw new DocumentRefused('document_without_redirect_uris');
  return metadata;
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    // Of members that are there twice the last one counts, for every check and for what is stored.
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new DocumentRefused('document_not_json');
}
