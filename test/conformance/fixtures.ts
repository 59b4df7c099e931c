import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { AnswerMeaning } from '../../src/adapter/provider-call.ts';
import { Secret } from '../../src/adapter/secret.ts';
import type { Connection, InboundRequest, ObjectRef, Trust } from '../../src/adapter/webhook.ts';
import { fixturesOf, loadCase } from '../../src/demo/stories.ts';
import { FETCHED_KIND } from '../../src/pipeline/fetch-object.ts';

/** Reads `fixtures/<adapter>/`: what providers send, byte for byte, and what it must become. */

/** `connections/<name>.json`: one way of proving the sender, with made-up secrets. */
export interface ConnectionFixture {
  readonly name: string;
  readonly about: string;
  /** What a request signed with it proves. */
  readonly trust: Trust;
  /** As configuration would hold it: the input of the adapter's `settings`. */
  readonly settings: Record<string, unknown>;
  /** As configuration would hold it, but for the text of a secret in place of a reference to it. */
  readonly secrets: { readonly webhook: readonly string[] } & Record<string, unknown>;
  /** Secrets of the same form that this connection does not have. */
  readonly foreign: { readonly webhook: readonly string[] };
}

/** What the kit may change in this case's body to ask a question; JSON Pointers. */
export interface KitHints {
  /** A type or status: with another word there, a notice is `unrecognized`. */
  readonly types?: readonly string[];
  /** A word of a closed list that does not tell what happened: another one is not recognized either, but it is no status. */
  readonly closed?: readonly string[];
  /** A coded value: with another word there, it is `other` and the word is kept. */
  readonly codes?: readonly string[];
  /** The name of the tenant: with another one there, notices are `TENANT_MISMATCH`. */
  readonly tenant?: readonly string[];
  /** Taking the value away makes the notice at this place unreadable, and leaves its neighbours as they are. */
  readonly spoils?: readonly { readonly pointer: string; readonly notice: number }[];
  /** Objects whose keys are data: an added field there is data, too. */
  readonly freeForm?: readonly string[];
}

/** `webhooks/<case>/request.json`, beside what is sent. */
interface RequestFile {
  readonly connection: string;
  readonly kit?: KitHints;
}

export interface ExpectedNotice {
  readonly type: string | null;
  readonly key: string;
  readonly outcome: 'events' | 'fetch' | 'ignored' | 'unrecognized' | 'unreadable';
  readonly aliases?: readonly unknown[];
  readonly events?: readonly unknown[];
  readonly refs?: readonly unknown[];
  readonly silent?: true;
  /** Without the message, whose wording is free. */
  readonly problem?: { readonly code: string; readonly path: string | null };
}

/** `webhooks/<case>/expected.json`, written by hand. */
export interface Expected {
  /** Cases that tell one of the same facts. */
  readonly sameFact?: readonly string[];
  /** Cases with the same dedupe key. */
  readonly sameBytes?: readonly string[];
  readonly notices?: readonly ExpectedNotice[];
  /** Not even the envelope can be read. */
  readonly unreadable?: { readonly code: string; readonly path: string | null };
}

export interface WebhookCase {
  readonly name: string;
  readonly connection: string;
  /** The object that it is the answer about; `null`: a webhook. */
  readonly fetched: ObjectRef | null;
  /** As it is kept: an answer has the call's method and path, and the kind of object in a header. */
  readonly request: InboundRequest;
  readonly expected: Expected;
  readonly kit: KitHints;
}

/** `answers/<name>.json`: what the provider may answer to a call, and what it means. */
export interface AnswerFixture {
  readonly name: string;
  readonly about: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly means: AnswerMeaning;
}

export { fixturesOf };

export function readText(directory: URL, path: string): string {
  return readFileSync(new URL(path, directory), 'utf8');
}

function readJsonFile<T>(directory: URL, path: string): T {
  return JSON.parse(readText(directory, path)) as T;
}

export function namesIn(directory: URL, path: string): readonly string[] {
  return readdirSync(new URL(path, directory)).sort();
}

export function loadConnections(directory: URL): ReadonlyMap<string, ConnectionFixture> {
  const files = namesIn(directory, 'connections/').filter(file => file.endsWith('.json'));
  return new Map(
    files.map(file => {
      const name = file.slice(0, -'.json'.length);
      return [name, { ...readJsonFile<ConnectionFixture>(directory, `connections/${file}`), name }];
    }),
  );
}

export function loadCases(directory: URL): readonly WebhookCase[] {
  return namesIn(directory, 'webhooks/').map(name => {
    const { connection, kit } = readJsonFile<RequestFile>(directory, `webhooks/${name}/request.json`);
    const { fetched, request } = loadCase(directory, name);
    const kind = fetched === null ? {} : { [FETCHED_KIND]: [fetched.kind] };
    const kept = { ...request, headers: { ...kind, ...request.headers } };
    const expected = readJsonFile<Expected>(directory, `webhooks/${name}/expected.json`);
    return { name, connection, fetched, request: kept, expected, kit: kit ?? {} };
  });
}

/** None where the folder is not there. */
export function loadAnswers(directory: URL): readonly AnswerFixture[] {
  if (!existsSync(new URL('answers/', directory))) return [];
  return namesIn(directory, 'answers/').map(file => ({
    ...readJsonFile<AnswerFixture>(directory, `answers/${file}`),
    name: file.slice(0, -'.json'.length),
  }));
}

/** Wraps every text of `secrets`, as resolving references does. */
export function wrapSecrets(secrets: unknown): unknown {
  if (typeof secrets === 'string') return new Secret(secrets);
  if (Array.isArray(secrets)) return secrets.map(wrapSecrets);
  if (typeof secrets !== 'object' || secrets === null) return secrets;
  return Object.fromEntries(Object.entries(secrets).map(([key, value]) => [key, wrapSecrets(value)]));
}

interface Schemas {
  readonly settings: { parse(value: unknown): unknown };
  readonly secrets: { parse(value: unknown): unknown };
}

/** The connection as the gateway would hold it; `webhook` replaces its webhook secrets. */
export function openConnection(
  { settings, secrets }: Schemas,
  fixture: ConnectionFixture,
  webhook: readonly string[] = fixture.secrets.webhook,
): Connection<unknown, unknown> {
  return {
    settings: settings.parse(fixture.settings),
    secrets: secrets.parse(wrapSecrets({ ...fixture.secrets, webhook })),
  };
}
