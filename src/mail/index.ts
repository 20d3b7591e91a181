export { Errands } from './errands.js';
export type { Errand, FinishedLetter, Letter, MailLink } from './letter.js';
export { MailModule } from './mail.module.js';
export { Outbox } from './outbox.js';
export type { LetterKind } from './words/index.js';
