import { describe, expect, it } from 'vitest';
import type { Adapter } from '../../src/adapter/define-adapter.ts';
import { loadStories, type Story } from '../../src/demo/stories.ts';
import {
  type AnswerFixture,
  type ConnectionFixture,
  loadAnswers,
  loadCases,
  loadConnections,
  type WebhookCase,
} from './fixtures.ts';
import { describeAbout } from './kit-about.ts';
import { describeDeclarations } from './kit-declarations.ts';
import { describeFetching } from './kit-fetching.ts';
import { describeFuture } from './kit-future.ts';
import { describeOutcomes } from './kit-outcomes.ts';
import { describePurity } from './kit-purity.ts';
import { describeSignatures } from './kit-signatures.ts';
import { describeStories } from './kit-stories.ts';

/** What every part of the kit works on. */
export interface KitSubject {
  readonly adapter: Adapter;
  readonly directory: URL;
  readonly connections: ReadonlyMap<string, ConnectionFixture>;
  /** Webhooks, and what the provider answers when it is asked. */
  readonly cases: readonly WebhookCase[];
  readonly webhooks: readonly WebhookCase[];
  readonly answers: readonly AnswerFixture[];
  readonly stories: readonly Story[];
}

/** The clock that fixtures are signed at. */
export const SIGNED_AT = new Date('2026-11-20T10:00:00.000Z');

/**
 * Every adapter passes all of it; there is no list of exceptions. What it needs to know of one adapter stands in that
 * adapter's fixtures. `directory`: `fixtures/<id>/`.
 */
export function describeAdapter(adapter: Adapter, directory: URL): void {
  const cases = loadCases(directory);
  const subject: KitSubject = {
    adapter,
    directory,
    connections: loadConnections(directory),
    cases,
    webhooks: cases.filter(({ fetched }) => fetched === null),
    answers: loadAnswers(directory),
    stories: loadStories(directory),
  };
  describe(`adapter ${adapter.id}`, () => {
    it('has fixtures of webhooks and connections', () => {
      expect(subject.webhooks.length).toBeGreaterThan(0);
      expect(subject.connections.size).toBeGreaterThan(0);
    });

    describeDeclarations(subject);
    describeAbout(subject);
    describeSignatures(subject);
    describeFetching(subject);
    describeOutcomes(subject);
    describeFuture(subject);
    describePurity(subject);
    describeStories(subject);
  });
}

/** The fixture's connection, which must exist. */
export function connectionOf({ connections }: KitSubject, { name, connection }: WebhookCase): ConnectionFixture {
  const fixture = connections.get(connection);
  if (fixture === undefined) throw new Error(`webhooks/${name}: there is no connections/${connection}.json`);
  return fixture;
}

/** The settings under which a case is read. */
export function settingsOf(subject: KitSubject, webhookCase: WebhookCase): unknown {
  return subject.adapter.settings.parse(connectionOf(subject, webhookCase).settings);
}
