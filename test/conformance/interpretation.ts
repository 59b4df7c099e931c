import type { Adapter } from '../../src/adapter/define-adapter.ts';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import type { Alias } from '../../src/model/aliases.ts';
import { contentDigest, deriveFacts } from '../../src/model/derive-facts.ts';
import type { Telling } from '../../src/model/fact.ts';
import { foldReturn } from '../../src/model/fold-return.ts';
import type { FoldedReturn } from '../../src/model/return.ts';
import type { ReturnEvent } from '../../src/model/return-event.ts';
import type { Expected, ExpectedNotice } from './fixtures.ts';

/** What a request says, as the pipeline would ask for it: parsed, then each notice normalized. */
export function interpretRequest(adapter: Adapter, request: InboundRequest, settings: unknown): Interpretation {
  const parsed = adapter.reader.parse(request, settings);
  if (parsed.outcome === 'unreadable') return { unreadable: parsed.problem };
  return {
    notices: parsed.notices.map(notice => {
      const { type, key } = notice;
      if (notice.problem !== undefined) return { type, key, outcome: 'unreadable', problem: notice.problem };
      return { type, key, ...adapter.reader.normalize(notice, settings) };
    }),
  };
}

export interface InterpretedNotice extends Omit<ExpectedNotice, 'problem' | 'aliases' | 'events'> {
  readonly aliases?: readonly Alias[];
  readonly events?: readonly ReturnEvent[];
  readonly because?: string;
  readonly problem?: { readonly code: string; readonly path: string | null; readonly message: string };
}
export interface Interpretation {
  readonly notices?: readonly InterpretedNotice[];
  readonly unreadable?: { readonly code: string; readonly path: string | null; readonly message: string };
}

/** In the form of `expected.json`: without absent values and without words that are free. */
export function asExpected({ notices, unreadable }: Interpretation): Expected {
  const told = {
    ...(unreadable === undefined ? {} : { unreadable: placeOf(unreadable) }),
    ...(notices === undefined
      ? {}
      : {
          notices: notices.map(({ because: _free, problem, ...notice }) => ({
            ...notice,
            ...(problem === undefined ? {} : { problem: placeOf(problem) }),
          })),
        }),
  };
  return JSON.parse(JSON.stringify(told)) as Expected;
}

function placeOf({ code, path }: { readonly code: string; readonly path: string | null }) {
  return { code, path };
}

export function eventsOf({ notices }: Interpretation): readonly ReturnEvent[] {
  return (notices ?? []).flatMap(notice => notice.events ?? []);
}

/** The ids of the facts that a request tells; descriptions are no facts. */
export function factIdsOf(adapter: Adapter, interpretation: Interpretation): ReadonlySet<string> {
  const tellings = tellingsOf(adapter, interpretation, 0).filter(({ event }) => event.type !== 'return.snapshot');
  return new Set(deriveFacts('kit', tellings).map(fact => fact.eventId));
}

/** The one return that these requests amount to, each received a minute after the one before. */
export function foldRequests(adapter: Adapter, interpretations: readonly Interpretation[]): FoldedReturn {
  const tellings = interpretations.flatMap((interpretation, index) => tellingsOf(adapter, interpretation, index));
  return foldReturn('kit', 'kit', deriveFacts('kit', tellings));
}

function tellingsOf(adapter: Adapter, { notices }: Interpretation, minute: number): readonly Telling[] {
  return (notices ?? []).flatMap(({ events, aliases }, ordinal) =>
    (events ?? []).map(event => ({
      event,
      digest: contentDigest(event),
      aliases: aliases ?? [],
      via: null,
      ordinal,
      receivedAt: new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString(),
      source: {
        inboundId: `inb_${minute}`,
        connection: 'kit',
        trust: 'signed',
        secretIndex: 0,
        adapterId: adapter.id,
        adapterVersion: adapter.version,
        configRevision: null,
        silent: false,
      },
    })),
  );
}
