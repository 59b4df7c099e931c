/** How the copies of a thousand recorded returns become a long history, on either store. */

/** The copies reach back this far, so that retention finds work. */
export const DAYS = 100;
export const DAY_MS = 24 * 3_600_000;

/**
 * What a table's copy differs in, by column. `shift`: a number of ours, moved on; `text`: an id, made anew, the same
 * wherever it stands; `number`, `email`: what people search by, marked with the copy; `time`: moved to the copy's place in
 * the history. Bodies are left out: the history is older than what retention keeps of them.
 */
export type ColumnsOf = Readonly<
  Record<string, Readonly<Record<string, 'shift' | 'text' | 'number' | 'email' | 'time'>>>
>;
