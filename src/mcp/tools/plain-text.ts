import { z } from 'zod';

/** Text that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export function plainText(min: number, max: number): z.ZodString {
  return z
    .string()
    .min(min)
    .max(max)
    .refine((text) => !/[\0\p{Surrogate}]/u.test(text), 'must not contain NUL or broken characters');
}

/** A LIKE pattern that finds the text itself: its wildcards are escaped by PostgreSQL's default escape character. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
