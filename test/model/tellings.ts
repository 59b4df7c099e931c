import type { Alias } from '../../src/model/aliases.ts';
import { contentDigest, deriveFacts } from '../../src/model/derive-facts.ts';
import type { Telling } from '../../src/model/fact.ts';
import { foldReturn } from '../../src/model/fold-return.ts';
import type { FoldedReturn } from '../../src/model/return.ts';
import { ReturnEvent } from '../../src/model/return-event.ts';

/** Builders for the model's tests: one telling per line, times as minutes after ten o'clock. */

export const ACCOUNT = 'acme';
export const CONNECTION = 'provider';
export const RETURN_ALIAS: Alias = { kind: 'return', value: 'R-1', unique: true };

export function at(minute: number): string {
  return new Date(Date.UTC(2026, 10, 20, 10, minute)).toISOString();
}

type Parts = { [T in ReturnEvent['type']]: Extract<ReturnEvent, { type: T }>['change'] };

export interface TellingOptions {
  /** Minute of receipt. */
  readonly received?: number;
  /** Minute the provider states. */
  readonly occurred?: number;
  readonly subject?: string;
  readonly occurrence?: ReturnEvent['occurrence'];
  readonly ordinal?: number;
  readonly aliases?: readonly Alias[];
  readonly via?: string;
  readonly adapterVersion?: number;
  readonly connection?: string;
  readonly inboundId?: string;
}

export function telling<T extends ReturnEvent['type']>(
  type: T,
  change: Parts[T],
  options: TellingOptions = {},
): Telling {
  const receivedMinute = options.received ?? options.occurred ?? 0;
  const event = ReturnEvent.parse({
    type,
    subject: options.subject ?? 'total',
    occurrence: options.occurrence ?? { by: 'once' },
    occurredAt: options.occurred === undefined ? null : at(options.occurred),
    change,
  });
  return {
    event,
    digest: contentDigest(event),
    aliases: options.aliases ?? [RETURN_ALIAS],
    via: options.via ?? null,
    ordinal: options.ordinal ?? 0,
    receivedAt: at(receivedMinute),
    source: {
      inboundId: options.inboundId ?? `inb_${receivedMinute}`,
      connection: options.connection ?? CONNECTION,
      trust: 'signed',
      secretIndex: 0,
      adapterId: 'provider',
      adapterVersion: options.adapterVersion ?? 1,
      configRevision: null,
      silent: false,
    },
  };
}

export function fold(...tellings: readonly Telling[]): FoldedReturn {
  return foldReturn(ACCOUNT, CONNECTION, deriveFacts(ACCOUNT, tellings));
}
