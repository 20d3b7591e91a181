import type { z } from 'zod';

const MAX_ISSUES = 5;
const MAX_ISSUE_TEXT = 200;

/** What is wrong with the arguments: which member and why, bounded because it names what the caller sent. */
export function argumentProblems(error: z.ZodError): string {
  const issues = error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => {
    const where = path.length > 0 ? `${path.map(String).join('.')}: ` : '';
    return `${where}${message}`.slice(0, MAX_ISSUE_TEXT);
  });
  const more = error.issues.length - issues.length;
  return `Invalid arguments: ${issues.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
