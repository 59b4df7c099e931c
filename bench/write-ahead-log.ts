import { createRequire } from 'node:module';
import type BetterSqlite from 'better-sqlite3';
import { startDestination } from './load.ts';
import { offer, warmUp } from './offered.ts';
import { gatewayFolder, startGateway } from './processes.ts';
import type { Benchmark } from './row.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

const RATE = 1_000;
/** A long report: one snapshot after the other, each held this long. */
const SNAPSHOT_MS = 5_000;
const GIBIBYTE = 2 ** 30;

/** Full load while another process's reader keeps the write-ahead log from being emptied most of the time. */
export const writeAheadLog: Benchmark = {
  name: 'write-ahead-log',
  async run({ quick }) {
    const seconds = quick ? 4 : 600;
    const destination = await startDestination();
    const folder = gatewayFolder({ all: destination.url });
    const gateway = await startGateway(folder);
    const reader = new Database(folder.database, { readonly: true });
    let largest = 0;
    const watching = setInterval(() => {
      largest = Math.max(largest, folder.sizes().wal);
    }, 50);
    const look = () => {
      if (reader.inTransaction) reader.exec('COMMIT');
      reader.exec('BEGIN');
      reader.prepare('SELECT count(*) FROM connection').get(); // takes the snapshot
    };
    try {
      await warmUp(gateway, destination);
      look();
      const reading = setInterval(look, SNAPSHOT_MS);
      const { sent, delivered } = await offer(gateway, destination, { rate: RATE, seconds });
      clearInterval(reading);
      return [
        {
          what: `largest log in ${seconds} s at ${RATE}/s, a reader open`,
          value: `${Math.round(largest / 2 ** 20)} MiB; ${delivered} of ${sent} delivered`,
          bar: '≤ 1 GB, zero loss',
          held: quick ? null : largest <= GIBIBYTE && delivered === sent,
        },
      ];
    } finally {
      clearInterval(watching);
      reader.close();
      await gateway.kill();
      folder.remove();
      await destination.close();
    }
  },
};
