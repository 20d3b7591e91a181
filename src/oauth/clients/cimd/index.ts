import { ClientDocuments } from './client-documents.js';
import { DocumentFetch } from './document-fetch.js';
import { DocumentRenewal } from './document-renewal.js';
import { DocumentRules } from './document-rules.js';
import { DocumentStore } from './document-store.js';

export const DOCUMENTS = [
  ClientDocuments,
  DocumentFetch,
  DocumentRenewal,
  DocumentRules,
  DocumentStore,
] as const;
