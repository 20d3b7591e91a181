import type { AppConfig } from '../config/index.js';
import type { ProblemCode } from './admin-problem.js';

/** Where the API is, below the base path. */
export const ADMIN_BASE = 'admin/v1';

/** RFC 9457 §3.1.1: the type of a problem, at a place where somebody finds it explained. */
export function problemUrl(config: AppConfig, code: ProblemCode): string {
  return `${config.publicUrl}/admin/docs#problem-${code}`;
}
