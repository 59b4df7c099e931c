import { ADMIN_TOKEN } from './gateway-process.ts';

/** Reads a gateway over its API, as an operator would. */

// biome-ignore lint/suspicious/noExplicitAny: an answer is looked into by whoever described it by hand.
export type Json = any;

export async function readApi(url: string, path: string, token = ADMIN_TOKEN): Promise<Json> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

/** Every row of a list, page by page. */
export async function readAll(
  url: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Json[]> {
  const rows: Json[] = [];
  let cursor: string | null = null;
  do {
    const search = new URLSearchParams({ ...query, limit: '200', ...(cursor === null ? {} : { cursor }) });
    const page = await readApi(url, `${path}?${search}`);
    rows.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return rows;
}

/** Everything a gateway says it has. */
export interface GatewayLedger {
  readonly inbound: readonly Json[];
  readonly events: readonly Json[];
  readonly returns: readonly Json[];
  readonly deliveries: readonly Json[];
}

export async function readLedger(url: string): Promise<GatewayLedger> {
  return {
    inbound: await readAll(url, '/v1/inbound'),
    events: await readAll(url, '/v1/events'),
    returns: await readAll(url, '/v1/returns'),
    deliveries: await readAll(url, '/v1/deliveries'),
  };
}

/** What waits inside: kept rows that nobody has read, and lines with something to send. */
export async function readBacklog(url: string): Promise<{ readonly inbound: number; readonly lines: number }> {
  const response = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  const text = await response.text();
  const gauge = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  return { inbound: gauge('retour_backlog_inbound'), lines: gauge('retour_backlog_lines') };
}

/** Asks until it holds. The rig measures real processes, so time passes for real. */
export async function until<Value>(
  ask: () => Promise<Value> | Value,
  holds: (value: Value) => boolean,
  what: string,
  patienceMs = 30_000,
): Promise<Value> {
  const endsAt = performance.now() + patienceMs;
  for (;;) {
    const value = await ask();
    if (holds(value)) return value;
    if (performance.now() > endsAt) throw new Error(`Waited ${patienceMs / 1000} s for ${what} in vain.`);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}
