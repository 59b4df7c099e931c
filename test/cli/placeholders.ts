/** What differs from run to run, replaced by something of the same width. */

const PREFIXES = ['ret', 'inb', 'rej', 'fnd', 'dlv', 'tok'] as const;
/** In front of a kind and a number: an id that looks like one. */
const HEAD = '01jd3q7m5ze2x8k4t9';

export interface Placeholders {
  /** Ids that exist by now; only these are replaced. */
  know(ids: readonly string[]): void;
  /** In what the gateway said: each id gets the next number of its kind where it first appears. */
  hide(text: string): string;
  /** In a command: `inb00003` becomes the end of the id that has this number. */
  reveal(text: string): string;
}

export function createPlaceholders(): Placeholders {
  const tails = new Map<string, string>();
  const placeholders = new Map<string, string>();
  const counts = new Map<string, number>();

  function placeholderOf(id: string): string {
    const known = placeholders.get(id);
    if (known !== undefined) return known;
    const prefix = id.slice(0, 3);
    const count = (counts.get(prefix) ?? 0) + 1;
    counts.set(prefix, count);
    const made = `${prefix}${String(count).padStart(5, '0')}`;
    placeholders.set(id, made);
    return made;
  }

  return {
    know(ids) {
      for (const id of ids) if (PREFIXES.some(prefix => id.startsWith(prefix))) tails.set(id.slice(-8), id);
    },
    hide(text) {
      return text.replace(
        /\b(?:([a-z]{3}_)[0-9a-z]{18})?([0-9a-z]{8})\b/g,
        (whole, prefix: string | undefined, tail: string) => {
          const id = tails.get(tail);
          if (id === undefined) return whole;
          const placeholder = placeholderOf(id);
          return prefix === undefined ? placeholder : `${prefix}${HEAD}${placeholder}`;
        },
      );
    },
    reveal(text) {
      return text.replace(/\b(?:ret|inb|rej|fnd|dlv|tok)\d{5}\b/g, wanted => {
        const [id] = [...placeholders].find(([, placeholder]) => placeholder === wanted) ?? [];
        return id === undefined ? wanted : id.slice(-8);
      });
    },
  };
}

/** Times, ports, folders, sizes and durations. `near`: times within a day of it are this run's own, all others are data. */
export function hideSurroundings(text: string, near: number, replacements: Readonly<Record<string, string>>): string {
  let hidden = text;
  for (const [real, shown] of Object.entries(replacements)) hidden = hidden.replaceAll(real, shown);
  return hidden
    .replace(/127\.0\.0\.1:(?!41000\b)\d{4,5}/g, '127.0.0.1:8080')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, time =>
      Math.abs(Date.parse(time) - near) < 43_200_000 ? '2026-11-20T10:00:00.000Z' : time,
    )
    .replace(/^\d\d:\d\d:\d\d {2}/gm, '10:00:00  ')
    .replace(/\b\d+ (?:s|min) ago|just now/g, '2 min ago')
    .replace(/\bin \d+ ms\b/g, 'in\u00a04\u00a0ms')
    .replace(/ +(?:TOOK|\d+ ms)/g, text => (text.endsWith('TOOK') ? '  TOOK' : '  4 ms'))
    .replaceAll('\u00a0', ' ')
    .replace(/replaced-\d{8}T\d{6}Z/g, 'replaced-20261120T100000Z')
    .replace(/came [0-9a-f]{8}, expected/g, 'came 5b1a7f00, expected')
    .replace(/\b(store version|kB, version|has version|to version) \d+/g, '$1 1')
    .replace(/rtk_[\w-]{43}/g, 'rtk_…')
    .replace(/^(ok {4}node +)\d+\.\d+\.\d+/gm, '$124.0.0')
    .replace(/(\.db(?:,|:) )[\d.]+ [kMG]?B\b/g, '$1320 kB')
    .replace(/(store +)[\d.]+ [kMG]?B, of which [\d.]+ [kMG]?B are/g, '$1320 kB, of which 0 B are')
    .replace(/[\d,]+ rows in/g, '1,234 rows in')
    .replace(/sha256 [0-9a-f]{64}/g, 'sha256 90b1…')
    .replace(/[\d.]+ [MGT]B free/g, '80.0 GB free');
}
