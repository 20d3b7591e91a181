// How members of answers are described; a type with `undefined` in it cannot be read from the class itself.

export const TEXT = { type: String };
export const ID = { type: String, format: 'uuid' };
export const TIME = { type: String, format: 'date-time' };
export const COUNT = { type: 'integer', minimum: 0 } as const;
export const TEXTS = { type: String, isArray: true } as const;
