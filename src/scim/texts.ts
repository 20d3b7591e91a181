import { badRequest } from './scim-refusal.js';

const MAX_TEXT = 4_096;

/** PostgreSQL text holds neither NUL nor half a character. @throws ScimRefusal invalidValue */
export function checkTexts(value: unknown): void {
  if (typeof value === 'string') {
    if (value.includes('\0') || !value.isWellFormed() || value.length > MAX_TEXT)
      throw badRequest('invalidValue', 'A text is malformed or too long');
  } else if (typeof value === 'object' && value !== null)
    for (const [name, member] of Object.entries(value)) {
      checkTexts(name);
      checkTexts(member);
    }
}
