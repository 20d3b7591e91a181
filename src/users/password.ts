import argon2 from 'argon2';

/** RFC 9106 / OWASP: 19 MiB, two passes, one lane. Runs on libuv's thread pool, not on the event loop. */
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Longer input is refused before it is hashed: hashing must not become a lever against the server. */
export const MAX_PASSWORD = 256;
/** Half of libuv's pool of four: signing and verifying tokens share it. */
const AT_ONCE = 2;
const MAX_QUEUE = 200;

/** More sign-ins are under way than can be hashed in time; try again later. */
export class PasswordQueueFull extends Error {}

let running = 0;
const queue: (() => void)[] = [];

/** Bounds memory and threads: few hashes at once, and a queue that says so when it is full. */
async function bounded<T>(work: () => Promise<T>): Promise<T> {
  if (running >= AT_ONCE) {
    if (queue.length >= MAX_QUEUE) throw new PasswordQueueFull();
    await new Promise<void>((resolve) => queue.push(resolve));
  } else running++;
  try {
    return await work();
  } finally {
    const next = queue.shift();
    if (next) next();
    else running--;
  }
}

export function hashPassword(password: string): Promise<string> {
  return bounded(() => argon2.hash(password.normalize('NFKC'), PARAMETERS));
}

let dummy: Promise<string> | undefined;

/** Checks a password. Without a hash (no such person, or none set) it takes the same time and is false. */
export async function verifyPassword(hash: string | null | undefined, password: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD) return false;
  dummy ??= hashPassword('no password is this one');
  const against = hash ?? (await dummy);
  const matches = await bounded(() => argon2.verify(against, password.normalize('NFKC')));
  return matches && hash !== null && hash !== undefined;
}
