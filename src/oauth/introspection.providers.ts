import { IntrospectionFindings } from './introspection.findings.js';
import { IntrospectionGuesses } from './introspection.guesses.js';
import { IntrospectionWords } from './introspection.words.js';

/** What answers questions about tokens. */
export const INTROSPECTION = [IntrospectionFindings, IntrospectionWords, IntrospectionGuesses];
