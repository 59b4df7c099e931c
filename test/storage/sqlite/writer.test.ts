import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openWriter } from '../../../src/storage/sqlite/connect.ts';
import { createConnections } from '../../../src/storage/sqlite/connections.ts';
import { createIntake } from '../../../src/storage/sqlite/intake.ts';
import { migrate } from '../../../src/storage/sqlite/migrate.ts';
import { createWriter } from '../../../src/storage/sqlite/writer.ts';
import { inboundRow } from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

function opened() {
  const path = join(temporaryFolder(), 'retour.db');
  const client = openWriter(path);
  migrate(client, path);
  onTestFinished(() => void client.close());
  const writer = createWriter(client);
  const count = () => client.prepare('SELECT count(*) FROM connection').pluck().get();
  const add = (name: string) =>
    client.prepare("INSERT INTO connection (account, name, provider) VALUES ('a', ?, 'p')").run(name);
  return { path, client, writer, count, add };
}

describe('a transaction', () => {
  it('is synced where it must last and not where it may happen again', () => {
    const { client, writer } = opened();
    const synchronous = () => client.pragma('synchronous', { simple: true });

    const seen = [
      writer.durable(synchronous),
      writer.relaxed(synchronous),
      writer.relaxed(synchronous),
      writer.durable(synchronous),
    ];

    expect(seen).toEqual([2, 1, 1, 2]);
  });

  it('refuses a body that awaits, and keeps nothing of it', () => {
    const { writer, count, add } = opened();

    const awaiting = () =>
      writer.durable(async () => {
        add('before');
      });

    expect(awaiting).toThrow(/promise/);
    expect(count()).toBe(0);
  });

  it('undoes a part that fails and keeps the rest', () => {
    const { writer, count, add } = opened();
    let forgot = 0;
    writer.onRollback(() => {
      forgot += 1;
    });

    writer.durable(() => {
      add('one');
      const part = () =>
        writer.nested(() => {
          add('two');
          throw new Error('no');
        });
      expect(part).toThrow('no');
    });

    expect(count()).toBe(1);
    expect(forgot).toBe(1);
  });
});

describe('a full disk', () => {
  it('fails each request with its cause, and keeps them once there is room', async () => {
    const { path, client, writer } = opened();
    const intake = createIntake(writer, createConnections(writer), { path: `${path}-wal`, limitBytes: 1024 ** 3 });
    const { pages } = client.prepare('SELECT page_count AS pages FROM pragma_page_count').get() as { pages: number };
    client.pragma(`max_page_count = ${pages}`);
    const batch = [1, 2].map(index =>
      inboundRow(`inb_${index}`, {
        body: Buffer.alloc(100_000, index),
        dedupe: { key: `k${index}`, expiresAtMs: Number.MAX_SAFE_INTEGER },
      }),
    );

    const full = await intake.keepInbound(batch);
    client.pragma('max_page_count = 100000');
    const after = await intake.keepInbound(batch);

    expect(full).toMatchObject([
      { outcome: 'failed', error: { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('disk is full') } },
      { outcome: 'failed', error: { code: 'STORE_UNAVAILABLE' } },
    ]);
    expect(after.map(result => result.outcome)).toEqual(['kept', 'kept']);
  });
});
