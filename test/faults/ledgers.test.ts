import { describe, expect, it } from 'vitest';
import { compareLedgers, type Filters } from '../crash/compare-ledgers.ts';
import type { Arrival } from '../crash/ledger-destination.ts';
import type { GatewayLedger, Json } from '../crash/read-api.ts';
import type { Sent } from '../crash/senders.ts';
import { PORTAL } from '../crash/stories.ts';
import { explainRepeats, type Request } from './explain-repeats.ts';
import type { Harm } from './fault.ts';

const { account, connection } = PORTAL;
const PATH = '/hooks/everything';
const FILTERS: Filters = { [PATH]: { account, name: 'everything', wants: /^/ } };
const FACTS = ['return.requested total 1', 'refund.issued R1 2'] as const;

/** Two messages of one return, kept, recorded and delivered as they should be; each case spoils one thing. */
function goodRun() {
  const ledger = FACTS.map(
    (fact, nth): Sent => ({
      message: {
        account,
        connection,
        returnKey: 'R',
        webhookId: `m${nth}`,
        body: '',
        state: 'recorded',
        facts: [fact],
      },
      bodyDigest: `digest ${nth}`,
      acknowledged: [{ inboundId: `inb_${nth}`, duplicate: false }],
      refused: [],
      tries: 1,
    }),
  );
  const events = FACTS.map((fact, nth) => ({
    account,
    eventId: `evt_${nth}`,
    type: fact.split(' ')[0]!,
    revision: 1,
    withdrawn: false,
    returnId: 'ret_1',
    sequence: nth + 1,
    return: { providerReturnId: 'R' },
  }));
  const has: Record<keyof GatewayLedger, Json[]> = {
    inbound: ledger.map(({ bodyDigest }, nth) => ({ id: `inb_${nth}`, bodyDigest, state: 'recorded' })),
    events,
    returns: [{ id: 'ret_1', sequence: 2 }],
    deliveries: events.map(({ eventId, returnId, sequence }) => ({
      id: `dlv_${eventId}`,
      account,
      destination: 'everything',
      webhookId: eventId,
      state: 'delivered',
      tries: 1,
      returnId,
      sequence,
    })),
  };
  const arrivals = events.map(({ eventId, type, sequence }) => arrival({ webhookId: eventId, type, sequence }));
  return { ledger, forgeries: { sent: 0, believed: 0 }, has, arrivals, forged: [] as string[] };
}

function arrival(given: Partial<Arrival>): Arrival {
  return {
    destination: PATH,
    webhookId: 'evt_0',
    type: 'return.requested',
    returnId: 'ret_1',
    sequence: 1,
    digest: given.webhookId ?? 'evt_0',
    taken: true,
    answer: 'taken',
    atMs: 0,
    overAtMs: (given.atMs ?? 0) + 5,
    heard: true,
    ...given,
  };
}

type Run = ReturnType<typeof goodRun>;

const SPOILT: Readonly<Record<string, { readonly spoil: (run: Run) => void; readonly finding: RegExp }>> = {
  'an acknowledged message without a row': {
    spoil: run => run.has.inbound.pop(),
    finding: /m1 was acknowledged as inb_1 and is not there/,
  },
  'a row with other bytes': {
    spoil: run => {
      run.has.inbound[0].bodyDigest = 'other';
    },
    finding: /inb_0 holds other bytes/,
  },
  'a row that was never read': {
    spoil: run => {
      run.has.inbound[0].state = 'received';
    },
    finding: /inb_0 was never read/,
  },
  'a row that nobody sent': {
    spoil: run => run.has.inbound.push({ id: 'inb_9', bodyDigest: 'foreign', state: 'recorded' }),
    finding: /inb_9 holds what nobody sent/,
  },
  'one message under two ids': {
    spoil: run => run.ledger[0]!.acknowledged.push({ inboundId: 'inb_1', duplicate: true }),
    finding: /m0 was acknowledged under 2 ids/,
  },
  'an answer that is neither yes nor "come back"': {
    spoil: run => run.ledger[0]!.refused.push('500 oops'),
    finding: /m0 was refused: 500 oops/,
  },
  'a fact that is not recorded': {
    spoil: run => {
      run.has.events.pop();
      run.has.deliveries.pop();
      run.arrivals.pop();
      run.has.returns[0].sequence = 1;
    },
    finding: /refund\.issued: 0 facts, where 1 to 1 were told/,
  },
  'a fact that is recorded under two ids': {
    spoil: run => run.has.events.push({ ...run.has.events[1], eventId: 'evt_9', sequence: 3 }),
    finding: /refund\.issued: 2 facts, where 1 to 1 were told/,
  },
  'a fact that is recorded twice': {
    spoil: run => run.has.events.push(run.has.events[1]),
    finding: /evt_1 1 is recorded twice/,
  },
  'a gap in the sequences': {
    spoil: run => {
      run.has.events[1].sequence = 3;
    },
    finding: /ret_1 is at 2 and its events have 1,3/,
  },
  'a message that is not delivered': {
    spoil: run => {
      run.has.deliveries[1].state = 'pending';
    },
    finding: /dlv_evt_1 to everything is pending/,
  },
  'a message that nobody made': {
    spoil: run => run.has.deliveries.pop(),
    finding: /nothing was made to be sent for .*evt_1/,
  },
  'a message that never arrived': {
    spoil: run => run.arrivals.pop(),
    finding: /evt_1 never arrived/,
  },
  'a message that was refused and is said to be delivered': {
    spoil: run => run.arrivals.splice(1, 1, arrival({ webhookId: 'evt_1', sequence: 2, taken: false })),
    finding: /evt_1 never arrived/,
  },
  'an arrival that is not recorded': {
    spoil: run => run.arrivals.push(arrival({ webhookId: 'evt_9', sequence: 3 })),
    finding: /evt_9 arrived and is not recorded/,
  },
  'a message that follows a redirect': {
    spoil: run => run.arrivals.push(arrival({ destination: '/hooks/moved', sequence: 3 })),
    finding: /\/hooks\/moved evt_0 arrived and is not recorded/,
  },
  'another content under the same id': {
    spoil: run => run.arrivals.push(arrival({ digest: 'other' })),
    finding: /evt_0 came again with another content/,
  },
  'a message before an earlier one': {
    spoil: run => run.arrivals.reverse(),
    finding: /1 came after 2/,
  },
  'a forged message': { spoil: run => run.forged.push('x'), finding: /a message arrived that no secret signed: x/ },
  'a forged webhook that was kept': {
    spoil: run => {
      run.forgeries.believed = 1;
    },
    finding: /1 forged webhooks were not refused/,
  },
};

function compare({ has, ledger, forgeries, arrivals, forged }: Run): readonly string[] {
  return compareLedgers(has, { ledger, forgeries }, { arrivals, forged }, FILTERS).findings;
}

describe('the comparison of the ledgers', () => {
  it('finds nothing where everything is as it should be', () => {
    expect(compare(goodRun())).toEqual([]);
  });

  it('takes the same message twice, in whatever place, for no break of order', () => {
    const run = goodRun();
    run.arrivals.push(arrival({ atMs: 50 }));

    expect(compare(run)).toEqual([]);
  });

  it('owes nothing for a message that nobody was told was kept', () => {
    const run = goodRun();
    run.ledger[0]!.acknowledged.pop();

    expect(compare(run)).toEqual([]);
  });

  it.each(Object.keys(SPOILT))('finds %s', name => {
    const { spoil, finding } = SPOILT[name]!;
    const run = goodRun();
    spoil(run);

    expect(compare(run).join('\n')).toMatch(finding);
  });
});

describe('a message that came again', () => {
  const explain = (
    first: Partial<Arrival>,
    {
      harms = [],
      requests = [],
      again = 1,
      givenUp = 0,
    }: { harms?: Harm[]; requests?: Request[]; again?: number; givenUp?: number } = {},
  ) => {
    const repeats = Array.from({ length: again }, (_, nth) => arrival({ atMs: 60_000 * (nth + 1) }));
    const timeouts = new Map([[`${PATH} evt_0`, givenUp]]);
    return explainRepeats({ arrivals: [...repeats, arrival(first)], harms, requests, timeoutMs: 2000, timeouts });
  };
  const asked = { identity: `${PATH} evt_0`, atMs: 30_000 };

  it('is a finding where nothing was done', () => {
    expect(explain({})).toEqual({
      findings: [`${PATH} evt_0 came again after 60000 ms, and nothing was done that explains it`],
      counts: {},
    });
  });

  it('is explained by what the destination had answered', () => {
    expect(explain({ taken: false, answer: 'answered 500' }).counts).toEqual({ 'the destination answered 500': 1 });
  });

  it('is explained by an answer for which the gateway did not wait', () => {
    expect(explain({ heard: false, overAtMs: 2000 }).counts).toEqual({ 'the destination was too slow': 1 });
  });

  it('is explained by a wait that the gateway ended before the message was here, once for each time', () => {
    const repeats = explain({}, { givenUp: 1, again: 2 });

    expect(repeats.counts).toEqual({ 'the gateway gave up waiting': 1 });
    expect(repeats.findings).toHaveLength(1);
  });

  it('is explained by somebody who asked for it, once for each time', () => {
    const repeats = explain({}, { requests: [asked], again: 2 });

    expect(repeats.counts).toEqual({ 'somebody asked for it': 1 });
    expect(repeats.findings).toHaveLength(1);
  });

  it('is not explained by somebody who asked for it afterwards', () => {
    expect(explain({}, { requests: [{ ...asked, atMs: 60_001 }] }).findings).toHaveLength(1);
  });

  it('is explained by what was done while its outcome was to be written', () => {
    const killed = { fault: 'gateway: killed', fromMs: 1500, untilMs: 1500 };

    expect(explain({}, { harms: [killed] }).counts).toEqual({ 'gateway: killed': 1 });
  });

  it('is not explained by what was done long afterwards', () => {
    const killed = { fault: 'gateway: killed', fromMs: 30_000, untilMs: 31_000 };

    expect(explain({}, { harms: [killed] }).findings).toHaveLength(1);
  });
});
