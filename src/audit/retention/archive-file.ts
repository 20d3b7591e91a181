import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** A file that is whole or not there: written under another name, brought to the disk, and renamed. */
export async function writeCompressed(file: string, lines: AsyncIterable<string>): Promise<void> {
  const making = `${file}.part`;
  try {
    await pipeline(
      Readable.from(lines),
      createGzip(),
      createWriteStream(making, { flush: true, mode: 0o600 }),
    );
    await rename(making, file);
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  }
}

export async function writeWhole(file: string, text: string): Promise<void> {
  await writeFile(`${file}.part`, text, { flush: true, mode: 0o600 });
  await rename(`${file}.part`, file);
}

/** The lines of such a file. */
export async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file);
  const plain = input.pipe(createGunzip());
  input.on('error', (error) => plain.destroy(error));
  yield* createInterface({ input: plain, crlfDelay: Infinity });
}

/** How large it is, and its SHA-256; `undefined` when it is not there. */
export async function measureFile(file: string): Promise<{ bytes: number; digest: Buffer } | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return { bytes: found.size, digest: hash.digest() };
}
