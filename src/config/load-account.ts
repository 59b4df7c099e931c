import { z } from 'zod';
import type { Adapter } from '../adapter/define-adapter.ts';
import { Secret } from '../adapter/secret.ts';
import { checkSecrets, type VerificationSettings } from '../adapter/verification.ts';
import { ACCOUNT_NOT_YET, Account, Connection, Destination } from './account-config.ts';
import type { AccountConfig, ConfigFinding, ConnectionConfig, DestinationConfig, EventFilter } from './config.ts';
import { type ConfigProblem, dotted, spelling } from './config-problem.ts';
import { destinationUrlFault } from './destination-url.ts';
import type { YamlFile } from './read-yaml.ts';
import { schemaProblems } from './schema-problems.ts';
import { isSigningSecret, resolveSecrets, type SecretSource } from './secret-reference.ts';

export interface AccountSource extends SecretSource {
  readonly adapters: readonly Adapter[];
  readonly delivery: { readonly timeoutMs: number; readonly allowNetworks: readonly string[] };
}

/** What one account file gave; `account` is `null` where there are problems. */
export interface LoadedAccount {
  readonly account: AccountConfig | null;
  readonly problems: readonly ConfigProblem[];
  readonly findings: readonly ConfigFinding[];
}

type Path = readonly PropertyKey[];

/** Everything found while one account is read, in any order. */
interface Report {
  readonly file: string;
  readonly yaml: YamlFile;
  readonly problems: ConfigProblem[];
  readonly findings: ConfigFinding[];
  refuse(path: Path, message: string, remedy: string): void;
}

export async function loadAccount(
  id: string,
  file: string,
  yaml: YamlFile,
  source: AccountSource,
): Promise<LoadedAccount> {
  const problems: ConfigProblem[] = [];
  const findings: ConfigFinding[] = [];
  const report: Report = {
    file,
    yaml,
    problems,
    findings,
    refuse: (path, message, remedy) =>
      void problems.push({ code: 'CONFIG_INVALID', file, ...yaml.at(path), key: dotted(path), message, remedy }),
  };
  const parsed = Account.safeParse(yaml.value ?? {});
  if (!parsed.success) {
    problems.push(...schemaProblems(parsed.error, { file, yaml, path: [], schema: Account, notYet: ACCOUNT_NOT_YET }));
  }
  const written = parsed.success ? parsed.data : readablePart(yaml.value);
  const connections = new Map<string, ConnectionConfig>();
  for (const [name, entry] of Object.entries(written.connections)) {
    const connection = await loadConnection({ account: id, name }, entry, source, report);
    if (connection !== null) connections.set(name, connection);
  }
  const destinations = new Map<string, DestinationConfig>();
  for (const [name, entry] of Object.entries(written.destinations)) {
    const destination = await loadDestination({ account: id, name }, entry, source, report);
    if (destination !== null) destinations.set(name, destination);
  }
  if (!parsed.success || problems.length > 0) return { account: null, problems, findings };
  const { name, owner, tier, timezone, currency } = parsed.data;
  const account = { id, name, owner, tier, timezone, currency, connections, destinations, revision: null };
  return { account, problems, findings };
}

/** Of a file that is wrong elsewhere, the connections and destinations whose form is right: their problems are told in the same go. */
function readablePart(value: unknown): Pick<Account, 'connections' | 'destinations'> {
  const { connections, destinations } = (value ?? {}) as { connections?: unknown; destinations?: unknown };
  return { connections: readable(connections, Connection), destinations: readable(destinations, Destination) };
}

function readable<Entry>(entries: unknown, schema: z.ZodType<Entry>): Record<string, Entry> {
  if (typeof entries !== 'object' || entries === null || Array.isArray(entries)) return {};
  const parsed = Object.entries(entries).map(([name, entry]) => [name, schema.safeParse(entry)] as const);
  return Object.fromEntries(parsed.flatMap(([name, entry]) => (entry.success ? [[name, entry.data] as const] : [])));
}

interface Named {
  readonly account: string;
  readonly name: string;
}

async function loadConnection(
  named: Named,
  written: Connection,
  source: AccountSource,
  report: Report,
): Promise<ConnectionConfig | null> {
  const path: Path = ['connections', named.name];
  const adapter = source.adapters.find(one => one.id === written.adapter);
  if (adapter === undefined) {
    const ids = source.adapters.map(one => one.id).toSorted();
    report.refuse(
      [...path, 'adapter'],
      'is not an adapter of this gateway',
      spelling(written.adapter, ids, 'adapters'),
    );
    return null;
  }
  const { file, yaml } = report;
  const settings = adapter.settings.safeParse(written.settings);
  if (!settings.success) {
    report.problems.push(
      ...schemaProblems(settings.error, { file, yaml, path: [...path, 'settings'], schema: adapter.settings }),
    );
  }
  const resolution = await resolveSecrets(written.secrets, [...path, 'secrets'], { file, yaml }, source);
  if (resolution.outcome === 'refused') report.problems.push(...resolution.problems);
  const secrets =
    resolution.outcome === 'resolved' ? adapter.secrets.safeParse(withWebhookList(adapter, resolution.value)) : null;
  if (secrets?.success === false) {
    report.problems.push(
      ...schemaProblems(secrets.error, { file, yaml, path: [...path, 'secrets'], schema: adapter.secrets }),
    );
  }
  if (!settings.success || secrets?.success !== true) return null;
  checkVerification(settings.data, secrets.data, path, report);
  const { acknowledgeWith } = settings.data as { acknowledgeWith?: unknown };
  return {
    ...named,
    adapter,
    settings: settings.data,
    secrets: secrets.data,
    acknowledgeWith: acknowledgeWith === 200 ? 200 : 202,
    expect: written.expect,
  };
}

/** Whether webhook secrets are needed is for the scheme to say (`checkVerification`): a list that is absent is empty. */
function withWebhookList(adapter: Adapter, secrets: unknown): unknown {
  const has = (schema: z.ZodType, key: string) => schema instanceof z.ZodObject && Object.hasOwn(schema.shape, key);
  if (!has(adapter.secrets, 'webhook') || !has(adapter.settings, 'verification')) return secrets;
  return { webhook: [], ...(secrets as object) };
}

/** Where an adapter lets its way of proving the sender be set: whether the secrets fit it, and whether it proves anything. */
function checkVerification(settings: unknown, secrets: unknown, path: Path, report: Report): void {
  const { verification } = settings as { verification?: VerificationSettings };
  if (verification === undefined) return;
  const { webhook } = secrets as { webhook?: unknown };
  const list = Array.isArray(webhook) ? webhook.filter(one => one instanceof Secret) : [];
  for (const fault of checkSecrets(verification, list)) {
    const message = fault.replace(/^S/, 's').replace(/\.$/, '');
    const remedy =
      list.length === 0
        ? 'write secrets: { webhook: [{ env: NAME }] }, or correct settings.verification'
        : 'set a secret that fits settings.verification, or correct that';
    report.refuse([...path, 'secrets', 'webhook'], message, remedy);
  }
  if (verification.scheme === 'none') {
    report.findings.push({
      file: report.file,
      line: report.yaml.at([...path, 'settings', 'verification', 'scheme']).line,
      message: `${dotted(path)} proves no sender (verification scheme none): anybody may call it, so its webhooks can only cause a fetch`,
    });
  }
}

async function loadDestination(
  named: Named,
  written: Destination,
  source: AccountSource,
  report: Report,
): Promise<DestinationConfig | null> {
  const path: Path = ['destinations', named.name];
  const fault = destinationUrlFault(written.url, source.delivery.allowNetworks);
  if (fault !== null) report.refuse([...path, 'url'], fault.message, fault.remedy);
  const resolution = await resolveSecrets(written.secrets, [...path, 'secrets'], report, source);
  if (resolution.outcome === 'refused') {
    report.problems.push(...resolution.problems);
    return null;
  }
  const secrets = resolution.value as readonly unknown[];
  secrets.forEach((secret, index) => {
    if (secret instanceof Secret && isSigningSecret(secret)) return;
    report.refuse(
      [...path, 'secrets', index],
      'is not a Standard Webhooks secret',
      'set one made of whsec_ and the Base64 of 24 to 64 random bytes',
    );
  });
  if (fault !== null) return null;
  return {
    ...named,
    ...written,
    events: written.events as readonly EventFilter[],
    secrets: secrets as readonly Secret[],
    timeoutMs: written.timeoutMs ?? source.delivery.timeoutMs,
  };
}
