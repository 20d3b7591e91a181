import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule, type Extensions } from '../app.module.js';
import { loadConfig } from '../config/index.js';

/** Who is there from the beginning, as `as` of `callTool`. */
export const TEST_ADMIN = 'admin@example.com';

type FileContent = { readonly policies?: object } & Readonly<Record<string, unknown>>;

export interface TestAppOptions extends Extensions {
  /** What the file named by `GATEHOUSE_CONFIG` would say. */
  readonly config?: FileContent;
}

/** A database in which the migrations have run, beside the compiled server; without it they run now, which takes seconds. */
const SNAPSHOTS = ['../../embedded-snapshot', '../../dist/embedded-snapshot'].map((path) =>
  join(import.meta.dirname, path),
);

/**
 * The whole application without HTTP, on an embedded database of its own that goes when the application is closed.
 * It reads no environment. Close it when the tests are done.
 *
 * @throws Error when the configuration or a tool is wrong
 */
export async function testApp({
  config,
  ...extensions
}: TestAppOptions = {}): Promise<INestApplicationContext> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-app-'));
  try {
    const loaded = loadConfig(environment(folder, config));
    const app = await NestFactory.createApplicationContext(AppModule.register(loaded, extensions), {
      logger: false,
      abortOnError: false,
    });
    const close = app.close.bind(app);
    app.close = async (...given) => {
      await close(...given);
      remove(folder);
    };
    return app;
  } catch (error) {
    remove(folder);
    throw error;
  }
}

function environment(folder: string, config: FileContent | undefined): Record<string, string> {
  const data = join(folder, 'data');
  const snapshot = SNAPSHOTS.find((path) => existsSync(path));
  if (snapshot) cpSync(snapshot, join(data, 'postgres'), { recursive: true });
  const file = join(folder, 'gatehouse.yaml');
  // JSON is YAML. Nobody looks at a console that is not served.
  writeFileSync(file, JSON.stringify(withoutConsole(config)));
  return {
    NODE_ENV: 'test',
    DATA_DIR: data,
    LOG_LEVEL: 'silent',
    BOOTSTRAP_ADMIN_EMAIL: TEST_ADMIN,
    BOOTSTRAP_ADMIN_PASSWORD: randomBytes(16).toString('base64url'),
    GATEHOUSE_CONFIG: file,
  };
}

const withoutConsole = (config: FileContent = {}): object => ({
  ...config,
  policies: { console: false, ...config.policies },
});

function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
