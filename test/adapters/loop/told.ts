import { loop } from '../../../adapters/loop/index.ts';
import type { ReturnEvent } from '../../../src/model/return-event.ts';
import { eventsOf } from '../../conformance/interpretation.ts';
import { read } from '../reading.ts';

/** Bodies of Loop with nothing but what a test is about, and what comes of them. */

export type Fields = Readonly<Record<string, unknown>>;

export const settings = { shopId: '40112' };

export function returned(more: Fields = {}): Fields {
  const own = {
    topic: 'return',
    trigger: 'return.updated',
    shop_id: 40112,
    id: '90817',
    state: 'open',
    currency: 'USD',
  };
  return { ...own, created_at: '2026-11-18T09:15:00Z', ...more };
}

export function labelled(status: unknown, more: Fields = {}): Fields {
  const own = { topic: 'label', trigger: 'label.updated', shop_id: 40112, id: 90817, carrier: 'UPS' };
  return { ...own, tracking_number: '1ZTEST01', label_status: status, ...more };
}

export function events(body: unknown, more: Fields = {}): readonly ReturnEvent[] {
  return eventsOf(read(loop, { ...settings, ...more }, body));
}

export function types(body: unknown, more: Fields = {}): readonly string[] {
  return events(body, more).map(event => event.type);
}

export function outcomes(body: unknown): readonly string[] {
  return (read(loop, settings, body).notices ?? []).map(notice => notice.outcome);
}

/** What a return webhook says of money: subject, kind and minor units (`null`: no amount). */
export function money(body: unknown, more: Fields = {}): readonly (readonly [string, string, number | null])[] {
  return events(body, more).flatMap(event => {
    if (!('settlement' in event.change)) return [];
    const { kind, amount } = event.change.settlement;
    return [[event.subject, kind, amount?.amountMinor ?? null] as const];
  });
}
