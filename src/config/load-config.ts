import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { AppConfig, type Bootstrap } from './app-config.js';
import { ConfigError } from './config-error.js';
import { embeddedEncryptionKeys, parseEncryptionKeys, type EncryptionKeys } from './encryption-keys.js';
import { resolveEnvReferences } from './env-references.js';
import { ENVIRONMENT_NAMES, Environment } from './environment.js';
import { FileSection } from './file.section.js';
import { isLoopbackUrl, productionGaps } from './production-gaps.js';
import { readAs } from './validation.js';

type RawEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment and the file it names, validates both as a whole.
 * @throws ConfigError that lists every problem at once.
 */
export function loadConfig(source: RawEnvironment = process.env): AppConfig {
  const problems: string[] = [];
  const env = readEnvironment(source, problems);
  const file = readFile(env, source, problems);
  if (problems.length === 0 && env.NODE_ENV === 'production') problems.push(...productionGaps(env));
  checkFile(file, problems);
  const keys = problems.length === 0 ? readKeys(env, problems) : undefined;
  if (problems.length > 0 || !keys) throw new ConfigError(problems);
  return Object.freeze(assemble(env, file, keys));
}

function readEnvironment(source: RawEnvironment, problems: string[]): Environment {
  const set = ENVIRONMENT_NAMES.flatMap((name) => (source[name] ? [[name, source[name]] as const] : []));
  // Jest and other runners set NODE_ENV to values of their own; only the three known ones mean something.
  return readAs(Environment, Object.fromEntries(set), '', problems);
}

function readFile(env: Environment, source: RawEnvironment, problems: string[]): FileSection {
  if (!env.GATEHOUSE_CONFIG) return new FileSection();
  try {
    const missing: string[] = [];
    const parsed: unknown = resolveEnvReferences(
      parse(readFileSync(env.GATEHOUSE_CONFIG, 'utf8')) ?? {},
      source,
      missing,
    );
    problems.push(...missing.map((name) => `${name} is not set, but the configuration file refers to it`));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw new Error('it must be a mapping');
    return readAs(FileSection, parsed, '', problems);
  } catch (error) {
    problems.push(
      `GATEHOUSE_CONFIG cannot be read: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown error'}`,
    );
    return new FileSection();
  }
}

function checkFile(file: FileSection, problems: string[]): void {
  for (const [key, ids] of [
    ['identityProviders', file.identityProviders.map((provider) => provider.id)],
    ['clients', file.clients.map((client) => client.clientId)],
    ['scopes', file.scopes.map((scope) => scope.name)],
  ] as const) {
    for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
      problems.push(`${key} has ${id} twice`);
  }
  for (const { id, issuer } of file.identityProviders) {
    if (URL.canParse(issuer) && issuer.startsWith('http:') && !isLoopbackUrl(issuer)) {
      problems.push(
        `identityProviders: the issuer of ${id} is http; only https is safe (http is allowed on loopback)`,
      );
    }
  }
  if (!file.policies.localAccounts && file.identityProviders.length === 0) {
    problems.push('policies.localAccounts is false but there is no identity provider: nobody could sign in');
  }
}

function readKeys(env: Environment, problems: string[]): EncryptionKeys | undefined {
  try {
    return env.ENCRYPTION_KEYS
      ? parseEncryptionKeys(env.ENCRYPTION_KEYS)
      : embeddedEncryptionKeys(dataDirOf(env));
  } catch (error) {
    problems.push(`ENCRYPTION_KEYS: ${error instanceof Error ? error.message : 'unreadable'}`);
    return undefined;
  }
}

const dataDirOf = (env: Environment): string => resolve(env.DATA_DIR ?? 'data');

function assemble(env: Environment, file: FileSection, encryptionKeys: EncryptionKeys): AppConfig {
  const port = env.PORT ?? 3000;
  const publicUrl = (env.PUBLIC_URL ?? `http://localhost:${port}`).replace(/\/+$/, '');
  return new AppConfig({
    ...file,
    production: env.NODE_ENV === 'production',
    port,
    publicUrl,
    host: env.HOST ?? (isLoopbackUrl(publicUrl) ? '127.0.0.1' : '0.0.0.0'),
    ...(env.DATABASE_URL && { databaseUrl: env.DATABASE_URL }),
    ...(env.REDIS_URL && { redisUrl: env.REDIS_URL }),
    dataDir: dataDirOf(env),
    encryptionKeys,
    trustedProxies: (env.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
    bootstrap: bootstrapOf(env),
    logLevel: env.LOG_LEVEL ?? 'info',
  });
}

function bootstrapOf(env: Environment): Bootstrap {
  return {
    adminEmail: env.BOOTSTRAP_ADMIN_EMAIL ?? 'admin@example.com',
    ...(env.BOOTSTRAP_ADMIN_PASSWORD && { adminPassword: env.BOOTSTRAP_ADMIN_PASSWORD }),
    ...(env.BOOTSTRAP_CLIENT_ID && { clientId: env.BOOTSTRAP_CLIENT_ID }),
    ...(env.BOOTSTRAP_CLIENT_SECRET && { clientSecret: env.BOOTSTRAP_CLIENT_SECRET }),
  };
}
