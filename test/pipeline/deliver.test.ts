import { describe, expect, it } from 'vitest';
import { told, toyDestination } from './toy-adapter.ts';
import { openWorkshop, refusedWith, type Sent } from './workshop.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const requested = told('return:R-1', { type: 'return.requested' });
const authorized = told('return:R-1', { type: 'return.authorized' });
const of = (returnId: string) => told(`return:${returnId}`, { type: 'return.requested' });

const typesOf = (sent: readonly Sent[]) => sent.map(each => JSON.parse(each.body).type);
const sequencesOf = (sent: readonly Sent[]) => sent.map(each => JSON.parse(each.body).data.sequence);
const statesOf = async ({ store }: Awaited<ReturnType<typeof openWorkshop>>) =>
  (await store.listDeliveries('all', {}, { limit: 50, after: null })).toReversed().map(each => each.state);

describe('a line', () => {
  it('sends one message at a time, in sequence', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested, authorized);

    await workshop.deliver();
    expect(sequencesOf(workshop.sent)).toEqual([1]);
    await workshop.deliver();
    await workshop.deliver();

    expect(typesOf(workshop.sent)).toEqual(['return.requested', 'return.authorized']);
    expect(await statesOf(workshop)).toEqual(['delivered', 'delivered']);
  });

  it('waits behind a failing head, while other returns go on', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested, authorized);
    await workshop.tell('inb_2', of('R-2'));
    workshop.answerWith(outgoing =>
      JSON.parse(outgoing.body).data.return.providerReturnId === 'R-1'
        ? refusedWith(500)
        : { ...refusedWith(204), outcome: 'delivered' },
    );

    await workshop.deliver();
    await workshop.deliver();

    expect(
      workshop.sent
        .map(each => [JSON.parse(each.body).data.return.providerReturnId, JSON.parse(each.body).data.sequence])
        .sort(),
    ).toEqual([
      ['R-1', 1],
      ['R-2', 1],
    ]);
    workshop.clock.nowMs += 5 * SECOND;
    await workshop.deliver();
    expect(sequencesOf(workshop.sent)).toEqual([1, 1, 1]);
  });

  it('lets later messages pass after an hour, and keeps the head due under the same webhook-id', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested, authorized);
    workshop.answerWith(outgoing =>
      JSON.parse(outgoing.body).type === 'return.requested'
        ? refusedWith(500)
        : { ...refusedWith(204), outcome: 'delivered' },
    );

    await workshop.deliver();
    for (const wait of [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE]) {
      workshop.clock.nowMs += wait;
      await workshop.deliver();
    }
    expect(typesOf(workshop.sent)).toEqual(Array(5).fill('return.requested'));
    workshop.clock.nowMs += 30 * MINUTE;
    await workshop.deliver();

    expect(typesOf(workshop.sent).at(-1)).toBe('return.authorized');
    workshop.answerWith({ ...refusedWith(204), outcome: 'delivered' });
    workshop.clock.nowMs += 2 * HOUR;
    await workshop.deliver();
    expect(typesOf(workshop.sent).at(-1)).toBe('return.requested');
    expect(
      new Set(
        workshop.sent
          .filter(each => JSON.parse(each.body).type === 'return.requested')
          .map(each => each.headers['webhook-id']),
      ).size,
    ).toBe(1);
    expect(await statesOf(workshop)).toEqual(['delivered', 'delivered']);
  });

  it('is never held by two workers', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested, authorized);
    let release = () => {};
    workshop.answerWith(
      () =>
        new Promise(resolve => {
          release = () => resolve({ ...refusedWith(204), outcome: 'delivered' });
        }),
    );
    const first = workshop.newDeliver('worker-1');
    const other = workshop.newDeliver('worker-2');

    await first.run();
    await other.run();
    expect(sequencesOf(workshop.sent)).toEqual([1]);
    release();
    await first.drain();
    await other.run();
    release();
    await other.drain();

    expect(sequencesOf(workshop.sent)).toEqual([1, 2]);
  });

  it('comes back after a crash, when its lease has run out, and the crashed try is told', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    workshop.answerWith(() => new Promise(() => {}));
    const crashed = workshop.newDeliver('worker-dead');
    await crashed.run();
    workshop.answerWith({ ...refusedWith(204), outcome: 'delivered' });

    workshop.clock.nowMs += 59 * SECOND;
    await workshop.deliver();
    expect(workshop.sent).toHaveLength(1);
    workshop.clock.nowMs += 2 * SECOND;
    await workshop.deliver();

    const [delivery] = await workshop.store.listDeliveries('all', {}, { limit: 1, after: null });
    const found = await workshop.store.getDelivery('all', delivery!.id);
    expect(found).toMatchObject({ state: 'delivered', tries: 2 });
    expect(found!.attempts.map(each => each.outcome)).toEqual(['interrupted', 'delivered']);
  });
});

describe('trying again', () => {
  it('follows the schedule to its end, each try an attempt, and then gives up loudly', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    await workshop.tell('inb_2', of('R-2'));
    // Another return that succeeds now and then keeps the breaker closed, so that the message itself is given up.
    let others = 2;
    workshop.answerWith(outgoing =>
      JSON.parse(outgoing.body).data.return.providerReturnId === 'R-1'
        ? refusedWith(500)
        : { ...refusedWith(204), outcome: 'delivered' },
    );

    await workshop.deliver();
    for (const wait of [
      5 * SECOND,
      MINUTE,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ]) {
      workshop.clock.nowMs += wait;
      await workshop.tell(`inb_${++others}`, of(`R-${others}`));
      await workshop.deliver();
    }

    const exhausted = await workshop.store.listDeliveries('all', { state: 'exhausted' }, { limit: 50, after: null });
    expect(exhausted).toMatchObject([{ tries: 12, lastAttempt: { outcome: 'refused', status: 500 } }]);
    expect((await workshop.store.getDelivery('all', exhausted[0]!.id))!.attempts).toHaveLength(12);
  });

  it('heeds Retry-After', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    workshop.answerWith(refusedWith(429, 40 * SECOND));
    await workshop.deliver();

    workshop.clock.nowMs += 39 * SECOND;
    await workshop.deliver();
    expect(workshop.sent).toHaveLength(1);
    workshop.clock.nowMs += SECOND;
    await workshop.deliver();
    expect(workshop.sent).toHaveLength(2);
  });

  it('is done once more when a person asks, under the same webhook-id, holding nothing back', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    await workshop.deliver();
    const [delivery] = await workshop.store.listDeliveries('all', {}, { limit: 1, after: null });

    await workshop.store.redeliver('all', delivery!.id, 'jo', workshop.clock.nowMs);
    await workshop.deliver();

    expect(workshop.sent.map(each => each.headers['webhook-id'])).toEqual([delivery!.webhookId, delivery!.webhookId]);
    expect(workshop.attempts.map(each => each.requestedBy)).toEqual([null, 'jo']);
  });
});

describe('a destination', () => {
  it('that fails ten times in a row is left alone, but for one trial every 30 s that uses up no try', async () => {
    const workshop = await openWorkshop({ destinations: [toyDestination('all', { concurrency: 20 })] });
    for (let nth = 1; nth <= 12; nth += 1) await workshop.tell(`inb_${nth}`, of(`R-${nth}`));
    workshop.answerWith(refusedWith(503));
    await workshop.deliver();
    const before = workshop.sent.length;
    expect(before).toBe(12);

    workshop.clock.nowMs += 29 * SECOND;
    await workshop.deliver();
    expect(workshop.sent).toHaveLength(before);
    for (let trial = 1; trial <= 3; trial += 1) {
      workshop.clock.nowMs += 31 * SECOND;
      await workshop.deliver();
      await workshop.deliver();
      expect(workshop.sent).toHaveLength(before + trial);
    }
    expect(new Set(workshop.sent.slice(before).map(each => each.headers['webhook-id'])).size).toBe(3);
    expect(
      (await workshop.store.listDeliveries('all', {}, { limit: 50, after: null })).map(each => each.tries),
    ).toEqual(Array(12).fill(1));

    workshop.answerWith({ ...refusedWith(204), outcome: 'delivered' });
    for (let round = 0; round < 20; round += 1) {
      workshop.clock.nowMs += 31 * SECOND;
      await workshop.deliver();
    }
    expect(await statesOf(workshop)).toEqual(Array(12).fill('delivered'));
  });

  it('that is dead delays no other', async () => {
    const workshop = await openWorkshop({ destinations: [toyDestination('dead'), toyDestination('alive')] });
    await workshop.tell('inb_1', requested);
    workshop.answerWith(outgoing =>
      outgoing.url.endsWith('/dead') ? { ...refusedWith(503) } : { ...refusedWith(204), outcome: 'delivered' },
    );

    await workshop.deliver();

    expect(workshop.sent.map(each => each.url.split('/').at(-1)).sort()).toEqual(['alive', 'dead']);
    expect(
      (await workshop.store.listDeliveries('all', { destination: 'alive' }, { limit: 1, after: null }))[0]!.state,
    ).toBe('delivered');
  });

  it('that is gone (410) is disabled, and its messages are held', async () => {
    const workshop = await openWorkshop();
    await workshop.tell('inb_1', requested);
    workshop.answerWith(refusedWith(410));

    await workshop.deliver();

    expect(await workshop.store.listDestinationStates('all')).toMatchObject([
      { state: 'disabled', reason: 'The destination answered 410 Gone.' },
    ]);
    expect(await statesOf(workshop)).toEqual(['held']);
  });

  it('that is paused holds its messages until it is resumed', async () => {
    const workshop = await openWorkshop();
    await workshop.store.setDestinationState('all', 'acme', 'all', 'paused', 'maintenance', workshop.clock.nowMs);
    await workshop.tell('inb_1', requested);
    await workshop.deliver();
    expect([workshop.sent.length, await statesOf(workshop)]).toEqual([0, ['held']]);

    await workshop.store.setDestinationState('all', 'acme', 'all', 'active', null, workshop.clock.nowMs);
    await workshop.deliver();

    expect(await statesOf(workshop)).toEqual(['delivered']);
  });

  it('gets no more at once than its concurrency, nor per second than its rate', async () => {
    const workshop = await openWorkshop({
      destinations: [toyDestination('narrow', { concurrency: 2 }), toyDestination('slow', { ratePerSecond: 3 })],
    });
    for (let nth = 1; nth <= 6; nth += 1) await workshop.tell(`inb_${nth}`, of(`R-${nth}`));
    const count = (name: string) => workshop.sent.filter(each => each.url.endsWith(name)).length;

    await workshop.deliver();
    expect([count('narrow'), count('slow')]).toEqual([2, 3]);
    await workshop.deliver();
    expect([count('narrow'), count('slow')]).toEqual([4, 3]);
    workshop.clock.nowMs += SECOND;
    await workshop.deliver();
    expect(count('slow')).toBe(6);
  });

  it('that asks for personal data gets it at sending; the others never do', async () => {
    const workshop = await openWorkshop({
      destinations: [toyDestination('private', { personalData: true }), toyDestination('plain')],
    });
    await workshop.tell(
      'inb_1',
      told('return:R-1', { type: 'return.requested', change: { details: { shopper: { email: 'jo@example.com' } } } }),
    );

    await workshop.deliver();

    const bodies = new Map(workshop.sent.map(each => [each.url.split('/').at(-1), each.body]));
    expect(JSON.parse(bodies.get('private')!).data.return.shopper).toEqual({ email: 'jo@example.com' });
    expect(bodies.get('plain')).not.toContain('jo@example.com');
  });
});
