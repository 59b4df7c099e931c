import { CliError } from './cli-error.ts';

/** Reads what was typed behind an option. */

/** For lists of what is configured: far more than anybody has. */
export const MOST_CONFIGURED = 10_000;

type Given = Readonly<Record<string, unknown>>;

export function textOption(options: Given, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

export function listOption(options: Given, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** The words of one text or of several, each once. */
export function commaSeparated(given: readonly string[]): readonly string[] {
  return [...new Set(given.flatMap(text => text.split(',')).map(text => text.trim()))].filter(text => text !== '');
}

export function flag(options: Given, name: string): boolean {
  return options[name] === true;
}

/** Throws where it is no whole number within the bounds. */
export function wholeOption(
  options: Given,
  name: string,
  { least, most, otherwise }: { readonly least: number; readonly most: number; readonly otherwise: number },
): number {
  const text = textOption(options, name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new CliError(`--${name} must be a whole number from ${least} to ${most}.`);
}

/** Seconds, which may have a fraction. */
export function secondsOption(options: Given, name: string, otherwise: number | null): number | null {
  const text = textOption(options, name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value > 0) return value;
  throw new CliError(`--${name} must be a number of seconds above 0.`);
}

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `15m`, `2h`, `3d` before now, or a time with its zone; as ISO 8601. */
export function instantOption(options: Given, name: string, nowMs: number): string | undefined {
  const text = textOption(options, name);
  if (text === undefined) return undefined;
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(nowMs - Number(count) * UNIT_MS[unit!]!).toISOString();
  const withZone = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const atMs = withZone ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString();
  throw new CliError(`--${name} must be a span such as 30s, 15m, 2h or 3d, or a time such as 2026-11-20T10:00:00Z.`);
}
