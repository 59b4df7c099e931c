import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typeidUnboxed } from 'typeid-js';
import { adapters } from '../../src/adapters.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Chance } from '../../src/demo/seeded-chance.ts';
import { canonicalJson } from '../../src/model/canonical-json.ts';
import { interpret } from '../../src/pipeline/interpret.ts';
import { record } from '../../src/pipeline/record.ts';
import { openStore } from '../../src/storage/open-store.ts';
import type { InboundRow, ReturnRow, Store } from '../../src/storage/store.ts';
import type { GatewayFolder } from './gateway-process.ts';

/** A store that went through much against an empty one that is fed its kept bytes, in any order. No gateway may serve it. */
export async function foldAnew(folder: GatewayFolder, chance: Chance): Promise<readonly string[]> {
  const { accounts } = await loadConfig({ directory: folder.configDirectory, adapters, env: folder.env });
  const place = mkdtempSync(join(tmpdir(), 'retour-fold-'));
  const killed = await openStore(folder.env.RETOUR_DATABASE_URL!);
  const clean = await openStore(`sqlite:${join(place, 'retour.db')}`);
  try {
    let nowMs = Date.now();
    const now = () => ++nowMs;
    const silent = { debug() {}, info() {}, warn() {}, error() {} };
    const newId = (prefix: string) => typeidUnboxed(prefix);
    const deps = { store: clean, accounts: () => accounts, newId, now, log: silent, onRecorded() {} };
    const rows = chance.shuffled(await keptRows(killed));
    for (let from = 0; from < rows.length; from += 64) {
      const kept = await clean.keepInbound(
        rows.slice(from, from + 64).map(row => ({ ...row, body: row.body!, dedupe: null, headers: row.headers })),
      );
      if (kept.some(({ outcome }) => outcome !== 'kept')) throw new Error('The clean store did not keep a row.');
      for (;;) {
        const works = await clean.claimInbound({ owner: 'rig', nowMs: now(), leaseMs: 60_000, limit: 200 });
        if (works.length === 0) break;
        const interpretations = works.map(work =>
          interpret(work, accounts.get(work.account)?.connections.get(work.connection)),
        );
        await record(deps, interpretations, 'rig');
      }
    }
    return [
      ...compare('folded', await foldedStates(killed), await foldedStates(clean)),
      ...compare('fact', await factIds(killed), await factIds(clean)),
    ];
  } finally {
    await clean.close();
    await killed.close();
    rmSync(place, { recursive: true });
  }
}

async function keptRows(store: Store): Promise<readonly InboundRow[]> {
  const rows: InboundRow[] = [];
  let after: { readonly atMs: number; readonly id: string } | null = null;
  for (;;) {
    const page = await store.listInbound('all', {}, { limit: 1000, after });
    rows.push(...(await Promise.all(page.map(async ({ id }) => (await store.getInbound('all', id))!))));
    const last = page.at(-1);
    if (last === undefined) return rows;
    after = { atMs: last.receivedAtMs, id: last.id };
  }
}

/** The folded state of every living return, and what is known of its shopper, under the provider's own id of it. */
async function foldedStates(store: Store): Promise<ReadonlyMap<string, string>> {
  const states = new Map<string, string>();
  let after: { readonly atMs: number; readonly id: string } | null = null;
  for (;;) {
    const page: readonly ReturnRow[] = await store.listReturns('all', {}, { limit: 1000, after });
    for (const { account, connection, state, shopper } of page) {
      states.set(
        `${account} ${connection} ${state.providerReturnId ?? state.rmaNumber}`,
        canonicalJson({ state, shopper }),
      );
    }
    const last = page.at(-1);
    if (last === undefined) return states;
    after = { atMs: last.updatedAtMs, id: last.id };
  }
}

async function factIds(store: Store): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  let position = 0;
  for (;;) {
    const page = await store.listEvents('all', null, position, 1000);
    // A merge is ours, and where it happens hangs on the order in which things were recorded.
    for (const { eventId, type, change } of page) if (type !== 'return.merged') ids.set(eventId, canonicalJson(change));
    const last = page.at(-1);
    if (last === undefined) return ids;
    position = last.position;
  }
}

function compare(
  what: string,
  one: ReadonlyMap<string, string>,
  other: ReadonlyMap<string, string>,
): readonly string[] {
  const findings: string[] = [];
  for (const [key, value] of one) {
    const clean = other.get(key);
    if (clean === undefined) findings.push(`${what} ${key} is not there when folded anew`);
    else if (clean !== value) findings.push(`${what} ${key} differs when folded anew: ${value} | ${clean}`);
  }
  for (const key of other.keys()) if (!one.has(key)) findings.push(`${what} ${key} is there only when folded anew`);
  return findings;
}
