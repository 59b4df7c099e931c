import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/storage/open-store.ts';
import { claim, lineClaim, success, T0 } from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

/** Writes in a process of its own and kills it once it has told `lines` acknowledgements; answers what it told. */
async function killedAfter(path: string, lines: number): Promise<readonly string[]> {
  const script = join(import.meta.dirname, 'write-until-killed.ts');
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
    if (told.split('\n').length > lines) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return told.split('\n').slice(0, -1);
}

describe('a process that is killed', () => {
  it.each([40, 333])(
    'loses nothing that it acknowledged and leaves a store that works at once (after %i)',
    async lines => {
      const path = join(temporaryFolder(), 'retour.db');

      const told = await killedAfter(path, lines);
      const store = await openStore(`sqlite:${path}`);

      try {
        for (const line of told) {
          const [what, id] = line.split(' ') as [string, string];
          if (what === 'kept') expect(await store.getInbound('all', id), line).toMatchObject({ id });
          if (what === 'recorded') expect(await store.getReturn('all', id), line).toMatchObject({ id, sequence: 1 });
          if (what === 'delivered')
            expect(await store.getDelivery('all', id), line).toMatchObject({ state: 'delivered' });
        }
        // Claims of the dead process hold nothing: what it had not finished goes on now, not after a lease.
        const rest = await store.claimInbound(claim('next', T0));
        const due = await store.claimLines(lineClaim('next', T0, { limit: 1000 }));
        expect(
          await store.settleDeliveries(
            due.map(line => success(line.id, 'next')),
            T0,
          ),
        ).not.toContain(false);
        const kept = told.filter(line => line.startsWith('kept')).map(line => line.slice(5));
        const recorded = new Set(told.filter(line => line.startsWith('recorded')).map(line => line.slice(13)));
        for (const id of kept) {
          if (recorded.has(id)) continue;
          const { state } = (await store.getInbound('all', id))!;
          expect(state === 'recorded' || rest.some(work => work.id === id), `${id} is recorded or queued`).toBe(true);
        }
        expect((await store.dueDestinations(T0)).due).toEqual([]);
      } finally {
        await store.close();
      }
    },
  );
});
