import { EVENT_TYPES } from '../model/return-event.ts';

/**
 * What a provider's word may become: canonical events; a `description` of the return, which is no event; a `fetch` of
 * what it points to; or nothing, because it is `ignored` on purpose.
 */
export const BECOMES = ['fetch', 'ignored', 'description', ...EVENT_TYPES] as const;
export type Becomes = (typeof BECOMES)[number];

/** A provider's word → all that it may become, in the order of `BECOMES`. */
export type Words = Readonly<Record<string, readonly Becomes[]>>;

/**
 * What people need to know of an adapter before they connect its provider: the file `about.ts` of each. Declared and not
 * read off the fixtures, because a gateway that runs has none; the conformance kit holds it against them.
 */
export interface About {
  /** One step each, in plain sentences: what to open, type and copy at the provider, with marks where they matter. */
  readonly connect: readonly string[];
  /** What stays out: one plain statement each. */
  readonly gaps: readonly string[];
  /** By the type of a notice: a topic, or the part of a body that is read by itself. */
  readonly types: Words;
  /** By the place in the body, dotted and without positions: the status words there that are no part of the type. */
  readonly statuses: Readonly<Record<string, Words>>;
}
