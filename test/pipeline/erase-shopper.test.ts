import { describe, expect, it } from 'vitest';
import { eraseShopper } from '../../src/pipeline/erase-shopper.ts';
import type { Erasure } from '../../src/storage/store.ts';
import { told, toyAccounts, toyDestination } from './toy-adapter.ts';
import { openWorkshop } from './workshop.ts';

const requested = told('return:R-1', {
  type: 'return.requested',
  change: { details: { shopper: { email: 'jo@example.com' } } },
});

const ERASURE: Erasure = {
  returns: [{ id: 'ret_1', mergedFrom: [], hadShopper: true }],
  rows: { erased: 1, goneBefore: 0, shared: 0 },
  naming: [],
  unattributed: [
    { state: 'unreadable', rows: 3 },
    { state: 'received', rows: 2 },
    { state: 'ignored', rows: 4 },
  ],
  answers: 0,
  deliveries: [
    { destination: 'care', pending: 2, delivering: 1, delivered: 5 },
    { destination: 'refunds', pending: 2, delivering: 1, delivered: 5 },
    { destination: 'former', pending: 2, delivering: 0, delivered: 0 },
  ],
  filesCleared: false,
};

/** The report over what a store answered. */
async function reported(erasure: Erasure, subject: { email: string } | { returnId: string }, dryRun = false) {
  const destinations = [toyDestination('care', { personalData: true }), toyDestination('refunds')];
  const deps = {
    store: { eraseShopper: async () => erasure },
    config: () => ({ accounts: toyAccounts([], destinations) }) as never,
    now: () => 0,
    log: { info() {} } as never,
  };
  return (await eraseShopper(deps, 'all', { account: 'acme', subject, dryRun, requestedBy: 'jo' }))!;
}

describe('the report of an erasure', () => {
  it('says what remains, how much, and why', async () => {
    const { remains } = await reported(ERASURE, { email: 'jo@example.com' });

    expect(remains.map(({ what, count }) => [what, count])).toEqual([
      ['facts', 1],
      ['unread', 7],
      ['not_read_yet', 2],
      ['being_sent', 1],
      ['sent', 5],
      ['files', null],
      ['copies', null],
    ]);
  });

  it('says that rows of no return were not searched where no address was given', async () => {
    const byEmail = await reported(ERASURE, { email: 'jo@example.com' });
    const byReturn = await reported(ERASURE, { returnId: 'ret_1' });

    const why = ({ remains }: typeof byEmail) => remains.find(({ what }) => what === 'unread')!.why;
    expect(why(byEmail)).toContain('None of them names');
    expect(why(byReturn)).toContain('not searched');
  });

  it('says nothing of files in a dry run, which clears none', async () => {
    const { remains } = await reported(ERASURE, { returnId: 'ret_1' }, true);

    expect(remains.map(({ what }) => what)).not.toContain('files');
  });

  it('names the destinations that will get no shopper, and no other', async () => {
    const { sentWithout } = await reported(ERASURE, { returnId: 'ret_1' });

    expect(sentWithout).toEqual([{ destination: 'care', pending: 2 }]);
  });
});

describe('after an erasure', () => {
  it('a message that was waiting goes out without a shopper', async () => {
    const workshop = await openWorkshop({ destinations: [toyDestination('care', { personalData: true })] });
    await workshop.tell('inb_1', requested);
    const [row] = await workshop.returns();

    await workshop.store.eraseShopper(
      'all',
      'acme',
      { returnId: row!.id },
      { dryRun: false, nowMs: workshop.clock.nowMs },
    );
    await workshop.deliver();

    expect(workshop.sent).toHaveLength(1);
    expect(JSON.parse(workshop.sent[0]!.body).data.return).toMatchObject({ id: row!.id, shopper: null });
    expect(workshop.sent[0]!.body).not.toContain('jo@example.com');
  });

  it('a replay answers that the bytes are gone, and changes nothing', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    const [before] = await workshop.returns();

    await workshop.store.eraseShopper('all', 'acme', { email: 'jo@example.com' }, { dryRun: false, nowMs: 0 });
    const answer = await workshop.replay('inb_1', false);

    expect(answer).toMatchObject({ outcome: 'bytes_gone', events: [], returns: [] });
    expect(await workshop.returns()).toEqual([{ ...before, shopper: null }]);
  });

  it('a redelivery of the same bytes brings nothing back', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    const row = await workshop.store.getInbound('all', 'inb_1');
    const dedupe = { key: 'digest:1', expiresAtMs: workshop.clock.nowMs + 1000 };
    const again = (id: string) => ({ ...row!, id, body: row!.body!, dedupe });
    await workshop.store.keepInbound([again('inb_2')]);
    await workshop.process();

    await workshop.store.eraseShopper('all', 'acme', { email: 'jo@example.com' }, { dryRun: false, nowMs: 0 });
    const kept = await workshop.store.keepInbound([again('inb_3')]);
    await workshop.process();

    expect(kept).toEqual([{ outcome: 'duplicate', id: 'inb_2' }]);
    expect((await workshop.returns())[0]).toMatchObject({ shopper: null });
  });
});
