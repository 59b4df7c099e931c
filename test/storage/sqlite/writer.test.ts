import { fdatasync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayError } from '../../../src/gateway-error.ts';
import { openWriter } from '../../../src/storage/sqlite/connect.ts';
import { createConnections } from '../../../src/storage/sqlite/connections.ts';
import { createIntake } from '../../../src/storage/sqlite/intake.ts';
import { createLogSync } from '../../../src/storage/sqlite/log-sync.ts';
import { migrate } from '../../../src/storage/sqlite/migrate.ts';
import { createWriter } from '../../../src/storage/sqlite/writer.ts';
import { inboundRow } from '../../conformance/store-kit/rows.ts';
import { temporaryFolder } from '../place.ts';

/** `held`: what is written reaches the disk when `disk` says so. */
function opened(disk: 'real' | 'held' = 'real') {
  const path = join(temporaryFolder(), 'retour.db');
  const client = openWriter(path);
  migrate(client, path);
  onTestFinished(() => void client.close());
  const waiting: ((error: Error | null) => void)[] = [];
  const lost: GatewayError[] = [];
  const log = createLogSync(`${path}-wal`, {
    syncFile(descriptor, done) {
      if (disk === 'held') waiting.push(done);
      else fdatasync(descriptor, done);
    },
    onLost: problem => void lost.push(problem),
  });
  const writer = createWriter(client, log);
  const count = () => client.prepare('SELECT count(*) FROM connection').pluck().get();
  const add = (name: string) =>
    client.prepare("INSERT INTO connection (account, name, provider) VALUES ('a', ?, 'p')").run(name);
  /** Answers the syncs that wait: with an error, or with success. */
  const answer = (error: Error | null = null) => {
    for (const done of waiting.splice(0)) done(error);
  };
  void log.lasting(); // what stands in the log at the start is brought to disk once
  answer();
  return { path, client, writer, count, add, answer, waiting, lost };
}

const turn = () => new Promise(resolve => setImmediate(resolve));

describe('a transaction', () => {
  it('that must last is answered once it is on disk, and seen before', async () => {
    const { writer, count, add, answer } = opened('held');
    const answered: string[] = [];

    const durable = writer.durable(() => add('one')).then(() => answered.push('one'));
    writer.deferred(() => add('two'));
    const lasting = writer.lasting().then(() => answered.push('two'));
    writer.relaxed(() => add('three'));
    await turn();
    const before = [...answered];
    answer();
    await durable;
    const afterOne = [...answered];
    answer();
    await lasting;

    expect([before, afterOne, answered]).toEqual([[], ['one'], ['one', 'two']]);
    expect(count()).toBe(3);
  });

  it('that may happen again waits for no disk', async () => {
    const { writer, add, waiting } = opened('held');

    writer.relaxed(() => add('one'));
    await writer.lasting();

    expect(waiting).toEqual([]);
  });

  it('shares its sync with all that were written before it began', async () => {
    const { writer, add, answer, waiting } = opened('held');

    const first = writer.durable(() => add('one'));
    const others = ['two', 'three', 'four'].map(name => writer.durable(() => add(name)));
    expect(waiting).toHaveLength(1);
    answer();
    await first;
    await turn();
    expect(waiting).toHaveLength(1);
    answer();

    await expect(Promise.all(others)).resolves.toHaveLength(3);
  });

  it('that the disk lost is not answered, nor is any after it', async () => {
    const { writer, add, count, answer, waiting, lost } = opened('held');

    const first = writer.durable(() => add('one'));
    answer(new Error('EIO'));
    await expect(first).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { message: 'EIO' } });

    await expect(writer.durable(() => add('two'))).rejects.toMatchObject({
      message: 'The disk lost what was written. Restart after mending it.',
    });
    expect(() => writer.relaxed(() => add('three'))).toThrow('The disk lost what was written');
    expect(count()).toBe(1);
    expect(waiting).toEqual([]);
    expect(lost).toHaveLength(1);
  });

  it('refuses a body that awaits, and keeps nothing of it', async () => {
    const { writer, count, add } = opened();

    const awaiting = () =>
      writer.durable(async () => {
        add('before');
      });

    await expect(awaiting()).rejects.toThrow(/promise/);
    expect(count()).toBe(0);
  });

  it('undoes a part that fails and keeps the rest', async () => {
    const { writer, count, add } = opened();
    let forgot = 0;
    writer.onRollback(() => {
      forgot += 1;
    });

    await writer.durable(() => {
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
