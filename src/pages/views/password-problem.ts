/** Why somebody may not have a password; each has its words in every language. */
export type PasswordProblemView = 'too_short' | 'too_long' | 'too_weak' | 'breached';
