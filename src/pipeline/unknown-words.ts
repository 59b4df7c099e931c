import type { Coded } from '../model/coded.ts';
import type { ItemChange, ReturnEvent } from '../model/return-event.ts';
import type { Finding } from '../storage/store.ts';
import type { InterpretedNotice } from './interpret.ts';
import { maskedForm, typeName } from './masked-form.ts';

/** A word of a provider that no adapter has a meaning for. */
export interface UnknownWord {
  readonly kind: 'new_code' | 'new_type';
  readonly subject: string;
  readonly detail: Finding['detail'];
}

const NONE: readonly UnknownWord[] = [];

/** What a notice says in words that are new to us: its type, or codes that came out as `other`. */
export function unknownWords({ type, state, events }: InterpretedNotice): readonly UnknownWord[] {
  if (type === null) return NONE;
  if (state === 'unrecognized') {
    const sample = { type: 'string', form: maskedForm(type) };
    return [{ kind: 'new_type', subject: typeName(type), detail: { sample } }];
  }
  if (events.length === 0) return NONE;
  let found: UnknownWord[] | null = null;
  for (const { event } of events) {
    visitCodes(event.change, (place, { code, providerCode }) => {
      if (code !== 'other' || providerCode === null) return;
      // Said in so many words, by the provider or by the type itself: nothing to learn from.
      if (/^others?$/i.test(providerCode) || providerCode === type) return;
      const form = maskedForm(providerCode);
      const detail = { event: event.type, sample: { type: 'string', form } };
      found ??= [];
      found.push({ kind: 'new_code', subject: `${typeName(type)} ${place} ${form}`, detail });
    });
  }
  return found ?? NONE;
}

type Change = Partial<UnionOf<ReturnEvent['change']>>;
/** Every field that any of the changes has. */
type UnionOf<T> = { [K in T extends unknown ? keyof T : never]: T extends { [P in K]?: infer V } ? V : never };

/** Every coded value of a change, by its place. Named one by one: a walk over whatever is there took longer than interpreting. */
export function visitCodes(given: ReturnEvent['change'], visit: (place: string, coded: Coded<string>) => void): void {
  const change = given as Change;
  if (change.reason !== undefined) visit('/reason', change.reason);
  if (change.method !== undefined) visit('/method', change.method);
  if (change.details !== undefined) {
    const { method, items = [] } = change.details;
    if (method !== undefined) visit('/details/method', method);
    for (const { reason } of items) if (reason) visit('/details/items/*/reason', reason);
  }
  for (const { condition, disposition } of (change.items ?? []) as readonly ItemChange[]) {
    if (condition !== undefined) visit('/items/*/condition', condition);
    if (disposition !== undefined) visit('/items/*/disposition', disposition);
  }
}
