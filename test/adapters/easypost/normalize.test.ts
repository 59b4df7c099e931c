import { describe, expect, it } from 'vitest';
import { EXCEPTION_OF, STANDING_OF } from '../../../adapters/easypost/codes.ts';
import { easypost } from '../../../adapters/easypost/index.ts';
import type { ReturnEvent } from '../../../src/model/return-event.ts';
import { eventsOf, foldRequests, type Interpretation } from '../../conformance/interpretation.ts';
import { fold, read } from '../reading.ts';

type Scan = readonly [status: string, day: number, detail?: string];
const at = (day: number) => `2026-11-${String(day).padStart(2, '0')}T10:00:00Z`;
const instant = (day: number) => `2026-11-${String(day).padStart(2, '0')}T10:00:00.000Z`;

/** A tracker in the status of its last scan. */
function tracked(scans: readonly Scan[], more: Readonly<Record<string, unknown>> = {}) {
  const [status, day, detail] = scans.at(-1) ?? ['unknown', 1];
  const tracking_details = scans.map(([word, on, why]) => ({ status: word, status_detail: why, datetime: at(on) }));
  const told = { status, status_detail: detail, updated_at: at(day), tracking_details };
  const result = { id: 'trk_1', tracking_code: 'T-1', ...told, ...more };
  return { id: 'evt_1', description: 'tracker.updated', mode: 'production', result };
}

function refunded(more: Readonly<Record<string, unknown>> = {}) {
  const result = { id: 'rfnd_1', tracking_code: 'T-1', status: 'refunded', ...more };
  return { id: 'evt_2', description: 'refund.successful', mode: 'production', result };
}

/** Type, phase, exception and day of what is told beside the description. */
function toldOf(body: unknown) {
  return eventsOf(read(easypost, {}, body))
    .filter(event => event.type !== 'return.snapshot')
    .map(event => {
      const { phase, exception } = (event as Extract<ReturnEvent, { type: 'shipment.exception' }>).change.shipment;
      return [event.type, phase ?? null, exception ?? null, event.occurredAt];
    });
}

describe('a status', () => {
  it.each([
    ['unknown', []],
    ['pre_transit', []],
    [
      'in_transit',
      [
        ['shipment.dropped_off', null, null],
        ['shipment.in_transit', 'in_transit', 'none'],
      ],
    ],
    [
      'out_for_delivery',
      [
        ['shipment.dropped_off', null, null],
        ['shipment.in_transit', 'out_for_delivery', 'none'],
      ],
    ],
    [
      'available_for_pickup',
      [
        ['shipment.dropped_off', null, null],
        ['shipment.in_transit', 'available_for_pickup', 'none'],
      ],
    ],
    [
      'delivered',
      [
        ['shipment.dropped_off', null, null],
        ['shipment.delivered', 'delivered', 'none'],
      ],
    ],
    ['return_to_sender', [['shipment.exception', 'going_back', 'other']]],
    ['failure', [['shipment.exception', null, 'other']]],
    ['error', [['shipment.exception', null, 'other']]],
    ['cancelled', [['label.voided', 'cancelled', null]]],
  ])('%s tells %j', (status, told) => {
    expect(toldOf(tracked([[status, 3]]))).toEqual(told.map(one => [...one, instant(3)]));
  });

  it('is each of the documented ones', () => {
    expect(Object.keys(STANDING_OF)).toHaveLength(10);
  });

  it.each(['Delivered', 'constructor', '__proto__', 'returned', ' '])('%j is not recognized', status => {
    expect(read(easypost, {}, tracked([[status, 3]])).notices).toMatchObject([{ outcome: 'unrecognized' }]);
  });

  it('that is the same as before is no news, and neither is previous_attributes', () => {
    const body = { ...tracked([['in_transit', 3]]), previous_attributes: { status: 'in_transit' } };

    expect(toldOf(body)).toEqual(toldOf(tracked([['in_transit', 3]])));
  });

  it('of the tracker is told at its update where no scan says it', () => {
    const body = tracked([['in_transit', 3]], { status: 'failure', status_detail: 'lost', updated_at: at(5) });

    expect(toldOf(body).at(-1)).toEqual(['shipment.exception', 'lost', 'missing', instant(5)]);
  });

  it('of the tracker without detail takes nothing back that its last scan says', () => {
    const body = tracked([['in_transit', 3, 'held']], { status_detail: null, updated_at: at(5) });

    expect(toldOf(body).at(-1)).toEqual(['shipment.exception', 'in_transit', 'held', instant(3)]);
  });
});

describe('a detail', () => {
  it.each([
    ['address_correction', 'in_transit', 'address'],
    ['damaged', 'in_transit', 'damaged'],
    ['delayed', 'in_transit', 'delay'],
    ['weather_delay', 'in_transit', 'delay'],
    ['held', 'in_transit', 'held'],
    ['lost', 'lost', 'missing'],
    ['expired', 'expired', 'other'],
    ['missorted', 'in_transit', 'other'],
    ['refused', 'in_transit', 'refused'],
    ['delivery_exception', 'in_transit', 'other'],
    ['transit_exception', 'in_transit', 'other'],
  ])('%s makes an exception of a scan in transit: phase %s, %s', (detail, phase, exception) => {
    expect(toldOf(tracked([['in_transit', 3, detail]])).at(-1)).toEqual([
      'shipment.exception',
      phase,
      exception,
      instant(3),
    ]);
  });

  it('is each of the documented ones', () => {
    expect(Object.keys(EXCEPTION_OF)).toHaveLength(28);
  });

  it.each(['constructor', '__proto__', 'brand_new', 'HELD'])('%j that is new moves nothing, and is kept', detail => {
    const body = tracked([['in_transit', 3, detail]]);

    expect(toldOf(body).at(-1)).toEqual(['shipment.in_transit', 'in_transit', 'none', instant(3)]);
    expect(fold(easypost, {}, [body]).providerData).toMatchObject({
      easypost: { 'tracker trk_1': { status_detail: { code: 'other', providerCode: detail } } },
    });
  });
});

describe('a parcel that goes back to its sender', () => {
  const scans: readonly Scan[] = [
    ['in_transit', 3],
    ['return_to_sender', 5, 'refused'],
    ['in_transit', 6],
    ['out_for_delivery', 7],
    ['delivered', 8],
  ];

  it('is never delivered to the merchant, because the sender of a return is the shopper', () => {
    const returned = fold(easypost, {}, [tracked(scans)]);

    expect(returned.status).toBe('in_transit');
    expect(returned.shipments).toMatchObject([{ phase: 'going_back', exception: 'refused' }]);
    expect(toldOf(tracked(scans)).map(([type]) => type)).not.toContain('shipment.delivered');
  });

  it('may be damaged or lost on the way', () => {
    const damaged = fold(easypost, {}, [tracked([...scans.slice(0, 3), ['in_transit', 7, 'damaged']])]);
    const lost = fold(easypost, {}, [tracked([...scans.slice(0, 3), ['failure', 7, 'lost']])]);

    expect(damaged.shipments).toMatchObject([{ phase: 'going_back', exception: 'damaged' }]);
    expect(lost.shipments).toMatchObject([{ phase: 'lost', exception: 'missing' }]);
  });

  it('was delivered to the merchant if that came first', () => {
    const refusedLater: readonly Scan[] = [
      ['delivered', 3],
      ['return_to_sender', 5, 'refused'],
    ];

    expect(fold(easypost, {}, [tracked(refusedLater)])).toMatchObject({
      status: 'received',
      shipments: [{ phase: 'going_back' }],
    });
  });
});

describe('an exception', () => {
  it('ends with the next plain scan', () => {
    const body = tracked([
      ['in_transit', 3],
      ['failure', 4, 'weather_delay'],
      ['in_transit', 5],
    ]);

    expect(fold(easypost, {}, [body]).shipments).toMatchObject([{ phase: 'in_transit', exception: 'none' }]);
  });

  it('of a broken tracker moves no parcel', () => {
    const bodies = [tracked([['delivered', 3]]), tracked([['delivered', 3]], { status: 'error', updated_at: at(9) })];

    expect(fold(easypost, {}, bodies)).toMatchObject({ status: 'received', shipments: [{ phase: 'delivered' }] });
  });
});

describe('a tracker', () => {
  it('names no return, and no direction, label or place', () => {
    const scan = { status: 'in_transit', datetime: at(3), tracking_location: { city: 'SPRINGFIELD', zip: '00001' } };
    const body = tracked([['in_transit', 3]], { tracking_details: [scan], is_return: true, signed_by: 'KIM SAMPLE' });

    const [notice] = read(easypost, {}, body).notices ?? [];

    expect(notice?.aliases).toEqual([{ kind: 'tracking', value: 'T1', unique: false }]);
    expect(JSON.stringify(notice)).not.toMatch(/SPRINGFIELD|00001|KIM|direction|label|is_return/);
  });

  it.each([true, false, null])('is not asked whether it is a return: is_return %j', is_return => {
    const body = tracked([['delivered', 3]]);

    expect(read(easypost, {}, { ...body, result: { ...body.result, is_return } })).toEqual(read(easypost, {}, body));
  });

  it('of a number that a carrier used again tells other facts', () => {
    const keys = ['trk_1', 'trk_2'].map(id =>
      eventsOf(read(easypost, {}, tracked([['delivered', 3]], { id }))).map(event => event.subject),
    );

    expect(keys).toEqual([
      ['total', 'trk_1', 'trk_1'],
      ['total', 'trk_2', 'trk_2'],
    ]);
  });

  it('may list its scans in any order', () => {
    const scans: readonly Scan[] = [
      ['in_transit', 3],
      ['out_for_delivery', 4],
      ['delivered', 5],
    ];

    const newestFirst = tracked(scans.toReversed(), { status: 'delivered', updated_at: at(5) });

    expect(toldOf(newestFirst)).toEqual(toldOf(tracked(scans)));
  });
});

describe('a postage refund', () => {
  it('voids the label and pays the shopper nothing, whatever its amount', () => {
    const returned = fold(easypost, {}, [refunded({ amount: '7.58', refund_amount: 7.58 })]);

    expect(returned.settlements).toEqual([]);
    expect(returned.fees).toEqual([]);
    expect(returned.shipments).toMatchObject([{ phase: 'cancelled', label: { voidedAt: expect.any(String) } }]);
  });

  it.each(['submitted', 'rejected', 'not_applicable'])('that is %s voids nothing', status => {
    expect(read(easypost, {}, refunded({ status })).notices).toMatchObject([{ outcome: 'ignored' }]);
  });

  it('and a cancelled tracker void one label once, in either order', () => {
    const bodies = [refunded({ updated_at: at(9) }), tracked([['cancelled', 7]])];
    const voids = (told: readonly unknown[]) =>
      told.flatMap(body => eventsOf(read(easypost, {}, body))).filter(event => event.type === 'label.voided');

    expect(new Set(voids(bodies).map(({ subject, occurrence }) => `${subject} ${occurrence.by}`))).toEqual(
      new Set(['T1 once']),
    );
    for (const told of [bodies, bodies.toReversed()]) {
      expect(fold(easypost, {}, told).shipments).toMatchObject([{ label: { voidedAt: instant(7) } }]);
    }
  });
});

describe('a parcel of an exchange', () => {
  const label: Interpretation = {
    notices: [
      {
        type: 'label',
        key: 'label',
        outcome: 'events',
        aliases: [{ kind: 'return', value: 'R-1', unique: true }],
        events: [
          {
            type: 'label.issued',
            subject: 'out',
            occurrence: { by: 'once' },
            occurredAt: '2026-11-01T10:00:00.000Z',
            change: {
              shipment: {
                ref: 'out',
                direction: 'outbound',
                trackingNumber: 'T 1',
                label: { kind: 'document', url: 'https://labels.example.com/1' },
              },
            },
          },
        ],
      },
    ],
  };

  it('stays outbound, keeps its label, and says nothing of the goods that come back', () => {
    const returned = foldRequests(easypost, [
      label,
      read(
        easypost,
        {},
        tracked([
          ['in_transit', 3],
          ['delivered', 5],
        ]),
      ),
    ]);

    expect(returned.status).toBe('unknown');
    expect(returned.dropOff).toBeNull();
    expect(returned.shipments).toMatchObject([
      { direction: 'outbound', phase: 'delivered', label: { url: 'https://labels.example.com/1', voidedAt: null } },
    ]);
  });
});

describe('the mode', () => {
  it('is production unless configured otherwise, and the other one is ignored', () => {
    const test = { ...tracked([['delivered', 3]]), mode: 'test' };

    expect(read(easypost, {}, test).notices).toMatchObject([{ outcome: 'ignored' }]);
    expect(read(easypost, { mode: 'test' }, test).notices).toMatchObject([{ outcome: 'events' }]);
    expect(read(easypost, { mode: 'test' }, tracked([['delivered', 3]])).notices).toMatchObject([
      { outcome: 'ignored' },
    ]);
  });
});

describe('a user', () => {
  const body = { ...tracked([['delivered', 3]]), user_id: 'user_b' };

  it('is compared where one is configured, whatever the event', () => {
    for (const description of ['tracker.updated', 'batch.created', 'new.event']) {
      expect(read(easypost, { userId: 'user_a' }, { ...body, description }).notices).toMatchObject([
        { outcome: 'unreadable', problem: { code: 'TENANT_MISMATCH', path: '/user_id' } },
      ]);
    }
  });

  it('is not compared where none is configured or named', () => {
    expect(read(easypost, {}, body).notices).toMatchObject([{ outcome: 'events' }]);
    expect(read(easypost, { userId: 'user_a' }, { ...body, user_id: null }).notices).toMatchObject([
      { outcome: 'events' },
    ]);
  });
});

describe('an event', () => {
  it.each(['claim', 'claims'])('%s.approved is ignored in both spellings', subject => {
    const body = { id: 'evt_1', description: `${subject}.approved`, mode: 'production', result: { amount: '25.00' } };

    expect(read(easypost, {}, body).notices).toMatchObject([
      { outcome: 'ignored', because: expect.stringMatching(/claim/) },
    ]);
  });

  it.each(['constructor', 'shipment.created', 'tracker.deleted', 'Tracker.updated'])(
    '%s is not recognized',
    description => {
      expect(read(easypost, {}, { ...tracked([['delivered', 3]]), description }).notices).toMatchObject([
        { type: description, outcome: 'unrecognized' },
      ]);
    },
  );
});
