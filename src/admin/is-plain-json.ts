import { ValidateBy } from 'class-validator';

const MAX_DEPTH = 6;
const MAX_VALUES = 5_000;
/** Line breaks and tabs are in keys and certificates. */
// eslint-disable-next-line no-control-regex -- control characters are what this refuses
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
/** Members that mean something to JavaScript itself. */
const OWN = ['__proto__', 'constructor', 'prototype'];

/** What a jsonb column can hold and a class can be read from: bounded, and every text in it well-formed. */
export const IsPlainJson = (): PropertyDecorator =>
  ValidateBy({
    name: 'isPlainJson',
    validator: {
      validate: isPlainJson,
      defaultMessage: () => '$property must not be so deep or so large, nor contain control characters',
    },
  });

export function isPlainJson(value: unknown): boolean {
  let left = MAX_VALUES;
  const isPlain = (one: unknown, depth: number): boolean => {
    if (--left < 0 || depth > MAX_DEPTH) return false;
    if (typeof one === 'string') return isPlainText(one);
    if (typeof one !== 'object' || one === null) return true;
    return Object.entries(one).every(
      ([name, member]) => isPlainText(name) && !OWN.includes(name) && isPlain(member, depth + 1),
    );
  };
  return isPlain(value, 0);
}

const isPlainText = (text: string): boolean => text.isWellFormed() && !CONTROL.test(text);
