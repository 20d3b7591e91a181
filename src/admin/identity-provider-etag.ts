import type { ProviderView } from '../sso/index.js';

/** RFC 9110 §8.8.3: another one after every change; those of the configuration have none, they are not changed here. */
export const etagOf = ({ stored }: ProviderView): string | undefined => stored && `"${stored.version}"`;
