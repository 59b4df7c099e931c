import { describe, expect, it } from 'vitest';
import { withAddedFields } from '../../src/demo/added-fields.ts';
import { type KitSubject, settingsOf } from './adapter-kit.ts';
import type { WebhookCase } from './fixtures.ts';
import { asExpected, eventsOf, interpretRequest } from './interpretation.ts';
import { withoutValue, withValue } from './json-edit.ts';

const NEW_WORD = 'brand-new-word';
const OTHER_TENANT = 'somebody-else';

/** Providers add fields, words and trouble without telling anybody. */
export function describeFuture(subject: KitSubject): void {
  const { adapter, cases } = subject;
  const read = (webhookCase: WebhookCase, body = webhookCase.request.body) =>
    interpretRequest(adapter, { ...webhookCase.request, body }, settingsOf(subject, webhookCase));
  const hinted = <K extends keyof WebhookCase['kit']>(hint: K) =>
    cases.flatMap(webhookCase => (webhookCase.kit[hint] ?? []).map(value => ({ webhookCase, value })));

  describe('the future', () => {
    it('is not disturbed by an added field anywhere', () => {
      for (const webhookCase of cases) {
        const changed = withAddedFields(webhookCase.request.body, webhookCase.kit.freeForm ?? []);
        if (changed === null) continue;

        expect(asExpected(read(webhookCase, changed)), webhookCase.name).toEqual(asExpected(read(webhookCase)));
      }
    });

    it('keeps a new code as other beside the word', () => {
      const hints = hinted('codes');
      expect(hints.length).toBeGreaterThan(0);
      for (const { webhookCase, value } of hints) {
        const pointer = value as string;
        const interpretation = read(webhookCase, withValue(webhookCase.request.body, pointer, NEW_WORD));

        expect(wordsKept(eventsOf(interpretation)), `${webhookCase.name} ${pointer}`).toContain(NEW_WORD);
        expect((interpretation.notices ?? []).map(notice => notice.outcome)).toEqual(
          (read(webhookCase).notices ?? []).map(notice => notice.outcome),
        );
      }
    });

    it('does not recognize a new type or status, and reads what stands beside it', () => {
      const hints = hinted('types');
      expect(hints.length).toBeGreaterThan(0);
      for (const { webhookCase, value } of [...hints, ...hinted('closed')]) {
        const pointer = value as string;
        const before = asExpected(read(webhookCase)).notices!;
        const after = asExpected(read(webhookCase, withValue(webhookCase.request.body, pointer, NEW_WORD))).notices!;

        const changed = after.filter((notice, index) => JSON.stringify(notice) !== JSON.stringify(before[index]));
        expect(
          changed.map(notice => notice.outcome),
          `${webhookCase.name} ${pointer}`,
        ).toEqual(['unrecognized']);
        expect(after.length).toBe(before.length);
      }
    });

    it("refuses another tenant's body", () => {
      for (const { webhookCase, value } of hinted('tenant')) {
        const pointer = value as string;
        const interpretation = read(webhookCase, withValue(webhookCase.request.body, pointer, OTHER_TENANT));

        const codes = (interpretation.notices ?? []).map(notice => notice.problem?.code);
        expect(codes, `${webhookCase.name} ${pointer}`).toContain('TENANT_MISMATCH');
        expect(JSON.stringify(interpretation), `${webhookCase.name} ${pointer}`).not.toContain(OTHER_TENANT);
      }
    });

    it('reads the neighbours of a notice that cannot be read', () => {
      for (const { webhookCase, value } of hinted('spoils')) {
        const { pointer, notice } = value as { readonly pointer: string; readonly notice: number };
        const before = asExpected(read(webhookCase)).notices!;
        const after = asExpected(read(webhookCase, withoutValue(webhookCase.request.body, pointer))).notices!;

        expect(before.length, webhookCase.name).toBeGreaterThan(1);
        const unreadable = after.filter(({ outcome }) => outcome === 'unreadable');
        const neighbours = before.filter((_, index) => index !== notice);
        expect(unreadable, `${webhookCase.name} ${pointer}`).toHaveLength(1);
        expect(after.filter(({ outcome }) => outcome !== 'unreadable')).toEqual(neighbours);
      }
    });
  });
}

/** The provider's words beside the code `other`. */
function wordsKept(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(wordsKept);
  if (typeof value !== 'object' || value === null) return [];
  const record = value as Record<string, unknown>;
  const own = record.code === 'other' ? [record.providerCode] : [];
  return [...own, ...Object.values(record).flatMap(wordsKept)];
}
