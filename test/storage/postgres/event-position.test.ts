import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Database, Session } from '../../../src/storage/postgres/database.ts';
import { takeEventLock } from '../../../src/storage/postgres/event-position.ts';
import { createListEvents } from '../../../src/storage/postgres/list-events.ts';
import { sql } from '../../../src/storage/postgres/sql.ts';
import { given, statement } from '../../../src/storage/postgres/statement.ts';
import { freshDatabase } from './fresh-database.ts';

const ACCOUNTS = ['acme-outdoor', 'beta', 'gamma'];

const insertEvent = statement(
  sql`INSERT INTO event (account, position, return_id, connection, provider, sequence, event_id, revision, type, withdrawn,
      late, received_at_ms, effective_at_ms, recorded_at_ms, content)
    VALUES (${given('account')}, nextval('event_position'), ${given('account')}, 'c', 'c', ${given('sequence')}::integer,
      ${given('id')}, 1, 't', false, false, 0, 0, 0, '{}')`,
);

/** A return for each account, which its events are of. */
async function withReturns() {
  const fresh = await freshDatabase();
  for (const account of ACCOUNTS) {
    await fresh.query(`INSERT INTO connection VALUES ('${account}', 'c', 'c')`);
    await fresh.query(
      `INSERT INTO "return" VALUES ('${account}', '${account}', 'c', 'c', 1, 0, 'requested', 0, 0, NULL, NULL, '{}')`,
    );
  }
  let sequence = 0;
  const add = (tx: Session, id: string, account = ACCOUNTS[0]!) => {
    sequence += 1;
    return tx.run(insertEvent, { account, sequence, id });
  };
  const reads = createListEvents(fresh.database.reads);
  const shown = async (after = 0, limit = 100) =>
    (await reads.listEvents('all', null, after, limit)).map(({ position, eventId }) => ({ position, eventId }));
  return { ...fresh, add, shown, ids: async () => (await shown()).map(({ eventId }) => eventId) };
}

/** A transaction that stays open until it is told to end. */
async function held(database: Database, body: (tx: Session) => Promise<unknown>) {
  const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const done = database.transaction(async tx => {
    await body(tx);
    begun.resolve();
    await end.promise;
  });
  await begun.promise;
  return {
    commit: () => {
      end.resolve();
      return done;
    },
    rollBack: () => {
      end.reject(new Error('undone'));
      return done.catch(() => undefined);
    },
  };
}

describe('events by position', () => {
  it('stop before what is under way, the very first event included', async () => {
    const { database, add, ids } = await withReturns();
    const first = await held(database, async tx => {
      await tx.get(takeEventLock);
      await add(tx, 'evt_1');
    });

    await database.transaction(async tx => {
      await tx.get(takeEventLock);
      await add(tx, 'evt_2');
    });
    const meanwhile = await ids();
    await first.commit();

    expect(meanwhile).toEqual([]);
    expect(await ids()).toEqual(['evt_1', 'evt_2']);
  });

  it('go on past what was undone', async () => {
    const { database, add, ids } = await withReturns();
    const undone = await held(database, async tx => {
      await tx.get(takeEventLock);
      await add(tx, 'evt_undone');
    });
    await database.transaction(async tx => {
      await tx.get(takeEventLock);
      await add(tx, 'evt_2');
    });

    await undone.rollBack();

    expect(await ids()).toEqual(['evt_2']);
  });

  it('wait for one that has taken its lock and no position yet', async () => {
    const { database, add, ids, shown } = await withReturns();
    await database.transaction(tx => add(tx, 'evt_1'));
    const late = await held(database, tx => tx.get(takeEventLock));
    await database.transaction(tx => add(tx, 'evt_2'));

    const meanwhile = await ids();
    await late.commit();

    expect(meanwhile).toEqual(['evt_1']);
    expect(await shown(0, 1)).toMatchObject([{ eventId: 'evt_1' }]);
    expect(await ids()).toEqual(['evt_1', 'evt_2']);
  });

  it('do not wait for a database beside it on the same server', async () => {
    const [other, own] = [await withReturns(), await withReturns()];
    const foreign = await held(other.database, tx => tx.get(takeEventLock));

    await own.database.transaction(async tx => {
      await tx.get(takeEventLock);
      await own.add(tx, 'evt_1');
    });

    expect(await own.ids()).toEqual(['evt_1']);
    await foreign.commit();
  });

  it('show a follower every event once and in order, however long transactions stay open', async () => {
    const { database, add, shown } = await withReturns();
    const committed = new Set<string>();
    let writing = true;
    const someTime = () => pause(Math.random() * 6);

    /** Some transactions, each with a few events, some of them undone. */
    async function write(writer: number): Promise<void> {
      for (let round = 0; round < 40; round += 1) {
        const ids = Array.from({ length: 1 + (round % 3) }, (_, index) => `evt_${writer}_${round}_${index}`);
        const isUndone = Math.random() < 0.2;
        await database
          .transaction(async tx => {
            await tx.get(takeEventLock);
            await someTime();
            for (const id of ids) {
              await add(tx, id, ACCOUNTS[writer % ACCOUNTS.length]);
              if (Math.random() < 0.5) await someTime();
            }
            if (isUndone) throw new Error('undone');
          })
          .catch(() => undefined);
        if (!isUndone) for (const id of ids) committed.add(id);
      }
    }

    async function follow(): Promise<readonly { position: number; eventId: string }[]> {
      const seen: { position: number; eventId: string }[] = [];
      for (;;) {
        const isLast = !writing;
        const page = await shown(seen.at(-1)?.position ?? 0, 7);
        seen.push(...page);
        if (isLast && page.length === 0) return seen;
      }
    }

    const following = follow();
    await Promise.all(Array.from({ length: 7 }, (_, writer) => write(writer)));
    writing = false;
    const seen = await following;

    expect(seen.map(({ eventId }) => eventId).toSorted()).toEqual([...committed].toSorted());
    expect(seen.map(({ position }) => position)).toEqual(
      seen.map(({ position }) => position).toSorted((a, b) => a - b),
    );
  });
});
