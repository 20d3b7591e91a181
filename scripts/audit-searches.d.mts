import type { AuditFilters } from '../src/audit/search/audit-filters.js';

export function generateRows(count: number): string;
export const SEARCHES: Readonly<Record<string, (n: number) => AuditFilters>>;
