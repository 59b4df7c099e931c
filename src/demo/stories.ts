import { readdirSync, readFileSync } from 'node:fs';
import type { InboundRequest, ObjectRef } from '../adapter/webhook.ts';
import type { FreshKind } from './fresh.ts';

/** Reads what the demo plays from `fixtures/<adapter>/`: stories, and the webhooks and answers they are made of, byte for byte. The tests read stories through it, too. */

/** `stories/<name>.json`: webhooks of one return (or of two that prove to be one), in the order they arrive. */
export interface Story {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly connection: string;
  /** Text in bodies, header values and paths of calls → what kind of thing it is. */
  readonly fresh: Readonly<Record<string, FreshKind>>;
  readonly steps: readonly StoryStep[];
  readonly ends: StoryEnds;
}

export interface StoryStep {
  readonly say: string;
  /** A case of `webhooks/`. */
  readonly webhook: string;
  /** Sent by somebody who does not have the secret. */
  readonly tamper?: 'signature';
  /** How often the very same request is sent. Default once. */
  readonly times?: number;
  /** Cases of `webhooks/` with what the provider answers, from this step on, when the gateway asks for these objects. */
  readonly answers?: readonly string[];
}

/** What must have come of it once everything is told, whatever the order. */
export interface StoryEnds {
  readonly status: string;
  /**
   * How many returns there are. Default 1; 0 where a provider knows parcels and no returns: alone, its news waits, and
   * `status` is what it makes of the return that another provider tells.
   */
  readonly returns?: 0 | 1;
  /** How many kept webhooks end in a state other than `recorded`, by state. Default none. */
  readonly kept?: Readonly<Record<string, number>>;
}

const FIXTURES = new URL('../../fixtures/', import.meta.url);

export function fixturesOf(adapter: string): URL {
  return new URL(`${adapter}/`, FIXTURES);
}

/** `directory`: `fixtures/<adapter>/`. */
export function loadStories(directory: URL): readonly Story[] {
  return readdirSync(new URL('stories/', directory))
    .filter(file => file.endsWith('.json'))
    .toSorted()
    .map(file => loadStory(directory, file.slice(0, -'.json'.length)));
}

export function loadStory(directory: URL, name: string): Story {
  const text = readFileSync(new URL(`stories/${name}.json`, directory), 'utf8');
  return { ...(JSON.parse(text) as Omit<Story, 'name'>), name };
}

/** A webhook as the provider sends it, but for what signing adds. `path` is where the gateway takes it. */
export function loadWebhook(directory: URL, name: string, path: string): InboundRequest {
  return { ...loadCase(directory, name).request, path };
}

/** One case of `webhooks/`. */
export interface LoadedCase {
  /** The object it is the answer about; `null`: a webhook. */
  readonly fetched: ObjectRef | null;
  /** Of an answer: method, path and query of the call, headers and body of what came back. */
  readonly request: InboundRequest;
  /** JSON Pointers of objects in the body whose keys are data. */
  readonly freeForm: readonly string[];
}

export function loadCase(directory: URL, name: string): LoadedCase {
  const folder = new URL(`webhooks/${name}/`, directory);
  const file = JSON.parse(readFileSync(new URL('request.json', folder), 'utf8')) as {
    readonly fetched?: ObjectRef;
    readonly method: string;
    readonly path: string;
    readonly query?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly kit?: { readonly freeForm?: readonly string[] };
  };
  const request: InboundRequest = {
    method: file.method,
    path: file.path,
    query: new URLSearchParams(file.query ?? ''),
    headers: Object.fromEntries(Object.entries(file.headers).map(([key, value]) => [key, [value]])),
    body: new Uint8Array(readFileSync(new URL('body', folder))),
  };
  return { fetched: file.fetched ?? null, request, freeForm: file.kit?.freeForm ?? [] };
}
