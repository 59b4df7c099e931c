import type { ParcelEvent, StatusOfParcel } from './notices.ts';
import { EXCEPTION_OF, PARCEL_STATUS, PHASE, PHASE_OF_EXCEPTION, type Standing, VOIDS } from './parcel-codes.ts';

const BY_TITLE = new Map<string, string>();
const BY_ID = new Map<string, string>();
for (const [word, { id, titles }] of Object.entries(PARCEL_STATUS)) {
  for (const title of [word, ...titles]) BY_TITLE.set(folded(title), word);
  if (id !== null) BY_ID.set(id, word);
}

/**
 * The one word of a status in any of its spellings; `null`: it is new. What is written out decides, because numbers are not
 * published, and those in the published examples stand beside other titles. A number alone is taken from the list.
 */
export function wordOf({ code, message, id }: StatusOfParcel): string | null {
  const written = code || message;
  return (written ? BY_TITLE.get(folded(written)) : BY_ID.get(id ?? '')) ?? null;
}

/** Titles differ in capitals, full stops, and center against centre; a code is the word with underscores. */
function folded(title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
  return words.replace('center', 'centre');
}

/** What an event of the two axes says of the parcel, and Sendcloud's words for it. */
export function standingOf({ phase, exception }: Pick<ParcelEvent, 'phase' | 'exception'>): {
  readonly words: string;
  readonly standing: Standing | null;
} {
  const where = PHASE[phase] ?? null;
  const word = exception ?? '';
  if (VOIDS.has(word)) return { words: word, standing: PHASE.cancelled! };
  const what = Object.hasOwn(EXCEPTION_OF, word) ? EXCEPTION_OF[word]! : 'none';
  if (what === 'none') return { words: phase, standing: where };

  const elsewhere = Object.hasOwn(PHASE_OF_EXCEPTION, word) ? PHASE_OF_EXCEPTION[word]! : null;
  const stands = elsewhere === null && where?.type === 'shipment.delivered';
  return {
    words: `${phase}/${word}`,
    standing: {
      type: stands ? 'shipment.delivered' : 'shipment.exception',
      phase: elsewhere ?? where?.phase ?? null,
      exception: what,
      // What comes back to the shopper, or was never dropped off, proves no drop-off now.
      moves: (where?.moves ?? false) && elsewhere !== 'going_back' && elsewhere !== 'expired',
    },
  };
}
