import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { apiKeyProblems } from './api-keys.js';
import { AppConfig, type Bootstrap, type ConfigValues } from './app-config.js';
import { auditProblems, settleAuditFolders } from './audit.section.js';
import { ConfigError } from './config-error.js';
import { embeddedEncryptionKeys, parseEncryptionKeys, type EncryptionKeys } from './encryption-keys.js';
import { resolveEnvReferences } from './env-references.js';
import { environmentProviders, type EnvironmentProvider } from './environment-providers.js';
import { ENVIRONMENT_NAMES, Environment } from './environment.js';
import { FileSection } from './file.section.js';
import { identityProviderProblems, settleMetadata, withPreset } from './identity-providers/index.js';
import { groupProblems } from './group.section.js';
import { keyPolicyProblems } from './key-policies.section.js';
import { mailGaps, mailOf, mailProblems } from './mail.section.js';
import { passwordPolicyProblems } from './password-policies.section.js';
import { isLoopbackUrl, productionGaps } from './production-gaps.js';
import { toolPolicyProblems } from './tool-policy.section.js';
import { trustedIssuerProblems } from './trusted-issuer.section.js';
import { clientProblems, registrationProblems } from './registration-problems.js';
import { readAs } from './validation.js';

type RawEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the environment and the file it names, validates both as a whole.
 * @throws ConfigError that lists every problem at once.
 */
export function loadConfig(source: RawEnvironment = process.env): AppConfig {
  const problems: string[] = [];
  const env = readEnvironment(source, problems);
  const known = environmentProviders(source, problems);
  const before = problems.length;
  const file = readFile(env, source, known, problems);
  // What has another shape than it should cannot be looked into.
  const isWellFormed = problems.length === before;
  if (problems.length === 0 && env.NODE_ENV === 'production')
    problems.push(...productionGaps(env, file.policies), ...mailGaps(file.mail, env));
  if (env.DATABASE_MIGRATION_URL && !env.DATABASE_URL)
    problems.push('DATABASE_MIGRATION_URL is set, but DATABASE_URL is not');
  if (isWellFormed) checkFile(file, problems);
  if (isWellFormed) problems.push(...mailProblems(file.mail, env));
  const keys = problems.length === 0 ? readKeys(env, problems) : undefined;
  if (problems.length > 0 || !keys) throw new ConfigError(problems);
  return Object.freeze(
    new AppConfig({ ...assemble(env, file, keys), environmentProviders: known.map(({ id }) => id) }),
  );
}

function readEnvironment(source: RawEnvironment, problems: string[]): Environment {
  const set = ENVIRONMENT_NAMES.flatMap((name) => (source[name] ? [[name, source[name]] as const] : []));
  // Jest and other runners set NODE_ENV to values of their own; only the three known ones mean something.
  return readAs(Environment, Object.fromEntries(set), '', problems);
}

function readFile(
  env: Environment,
  source: RawEnvironment,
  known: readonly EnvironmentProvider[],
  problems: string[],
): FileSection {
  if (!env.GATEHOUSE_CONFIG) return readAs(FileSection, withProviders({}, known), '', problems);
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
    const file = readAs(FileSection, withProviders(parsed, known), '', problems);
    settleAuditFolders(file.audit, env.GATEHOUSE_CONFIG, problems);
    settleTemplates(file, env.GATEHOUSE_CONFIG, problems);
    settleMetadata(file.identityProviders, dirname(env.GATEHOUSE_CONFIG), problems);
    return file;
  } catch (error) {
    problems.push(
      `GATEHOUSE_CONFIG cannot be read: ${error instanceof Error ? error.message.split('\n')[0] : 'unknown error'}`,
    );
    return new FileSection();
  }
}

/** Those of the file and those of the environment, each with what its preset says. */
function withProviders(parsed: object, known: readonly EnvironmentProvider[]): object {
  const named = 'identityProviders' in parsed ? (parsed.identityProviders as unknown[]) : [];
  return Array.isArray(named)
    ? { ...parsed, identityProviders: [...named, ...known.map(({ settings }) => settings)].map(withPreset) }
    : parsed;
}

/** `brand.templates` is a folder beside the file, wherever the process was started. */
function settleTemplates({ brand }: FileSection, path: string, problems: string[]): void {
  if (typeof brand?.templates !== 'string') return;
  brand.templates = resolve(dirname(path), brand.templates);
  if (!statSync(brand.templates, { throwIfNoEntry: false })?.isDirectory())
    problems.push('brand.templates is not a folder; its path is seen from the configuration file');
}

function checkFile(file: FileSection, problems: string[]): void {
  for (const [key, ids] of [
    ['identityProviders', file.identityProviders.map((provider) => provider.id)],
    ['clients', file.clients.map((client) => client.clientId)],
    ['scopes', file.scopes.map((scope) => scope.name)],
    ['resources', file.resources.map((resource) => resource.id)],
  ] as const) {
    for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
      problems.push(`${key} has ${id} twice`);
  }
  for (const { id, format } of file.resources) {
    if ((id === 'mcp' || id === 'admin') && format === 'opaque')
      problems.push(`resources: ${id} verifies its tokens itself; its format must be jwt`);
  }
  problems.push(
    ...identityProviderProblems(
      file.identityProviders,
      file.trustedIssuers.map(({ issuer }) => issuer),
    ),
    ...apiKeyProblems(file),
    ...toolPolicyProblems(file.policies.toolPolicies),
    ...auditProblems(file.audit),
    ...groupProblems(file.groups),
    ...keyPolicyProblems(file.policies.keys),
    ...passwordPolicyProblems(file.policies.passwords),
    ...registrationProblems(file.policies),
    ...clientProblems(file.clients),
    ...trustedIssuerProblems(
      file.trustedIssuers,
      file.resources.map(({ id }) => id),
    ),
  );
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

type Assembled = Omit<ConfigValues, 'environmentProviders'>;

function assemble(env: Environment, file: FileSection, encryptionKeys: EncryptionKeys): Assembled {
  const port = env.PORT ?? 3000;
  const publicUrl = (env.PUBLIC_URL ?? `http://localhost:${port}`).replace(/\/+$/, '');
  return {
    ...file,
    production: env.NODE_ENV === 'production',
    port,
    publicUrl,
    host: env.HOST ?? (isLoopbackUrl(publicUrl) ? '127.0.0.1' : '0.0.0.0'),
    ...(env.DATABASE_URL && { databaseUrl: env.DATABASE_URL }),
    ...(env.DATABASE_MIGRATION_URL && { databaseMigrationUrl: env.DATABASE_MIGRATION_URL }),
    ...(env.REDIS_URL && { redisUrl: env.REDIS_URL }),
    dataDir: dataDirOf(env),
    encryptionKeys,
    trustedProxies: (env.TRUSTED_PROXIES ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
    bootstrap: bootstrapOf(env),
    mail: mailOf(file.mail, env),
    logLevel: env.LOG_LEVEL ?? 'info',
  };
}

function bootstrapOf(env: Environment): Bootstrap {
  return {
    adminEmail: env.BOOTSTRAP_ADMIN_EMAIL ?? 'admin@example.com',
    ...(env.BOOTSTRAP_ADMIN_PASSWORD && { adminPassword: env.BOOTSTRAP_ADMIN_PASSWORD }),
    ...(env.BOOTSTRAP_CLIENT_ID && { clientId: env.BOOTSTRAP_CLIENT_ID }),
    ...(env.BOOTSTRAP_CLIENT_SECRET && { clientSecret: env.BOOTSTRAP_CLIENT_SECRET }),
  };
}
