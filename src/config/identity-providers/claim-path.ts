import { Matches, type ValidationOptions } from 'class-validator';

/** The name of a claim, or the way to it through dots. */
const PATH = /^[^\s.\p{Cc}]{1,200}(?:\.[^\s.\p{Cc}]{1,200}){0,9}$/u;

export const IsClaimPath = (options: ValidationOptions = {}): PropertyDecorator =>
  Matches(PATH, { ...options, message: '$property must be the name of a claim, or a path such as data.id' });

/** Names that people choose or give up: whoever takes one later would be taken for them. */
const REASSIGNABLE =
  /^(?:login|username|user_name|preferred_username|nickname|handle|screen_name|e?mail|email_address|upn|name|display_name)$/i;

export const isReassignable = (path: string): boolean => REASSIGNABLE.test(path.split('.').at(-1) ?? '');
