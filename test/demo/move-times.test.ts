import { describe, expect, it } from 'vitest';
import type { InboundRequest } from '../../src/adapter/webhook.ts';
import { adapters, exampleAdapters } from '../../src/adapters.ts';
import { moveTimes } from '../../src/demo/move-times.ts';
import { fixturesOf, loadCases, loadConnections } from '../conformance/fixtures.ts';
import { eventsOf, interpretRequest } from '../conformance/interpretation.ts';

const HOUR = 3600;

function request(body: string, headers: InboundRequest['headers'] = {}): InboundRequest {
  return { method: 'POST', path: '/', query: new URLSearchParams(), headers, body: Buffer.from(body, 'latin1') };
}

function moved(body: string, seconds: number): string {
  return Buffer.from(moveTimes(request(body), seconds).body).toString('latin1');
}

describe('moved times', () => {
  it.each([
    ['"2026-11-20T10:00:00Z"', '"2026-11-20T08:59:59Z"'],
    ['"2026-11-20T00:30:00.123Z"', '"2026-11-19T23:29:59.123Z"'],
    ['"2026-03-01T00:00:00+01:00"', '"2026-02-28T22:59:59+01:00"'],
    ['"2026-11-18 09:15:00"', '"2026-11-18 08:14:59"'],
    ['{"create_time":1794301200}', '{"create_time":1794297599}'],
    ['{"timestamp": "1794301200"}', '{"timestamp": "1794297599"}'],
    ['{"timestamp":1794301200.500}', '{"timestamp":1794297599.500}'],
    ['{"update_time":1794301200123}', '{"update_time":1794297599123}'],
  ])('of %s keep its form', (body, expected) => {
    expect(moved(body, -HOUR - 1)).toBe(expected);
  });

  it.each([
    '{"version":"2022-02-22"}',
    '{"id":"1794301200","order_id":1794301200,"at":"2026-02-30T10:00:00Z"}',
    '{"tracking":"2026-11-20T10:00:00:00","text":"\xff\xfe"}',
  ])('leave what is no time as it is: %s', body => {
    expect(moved(body, -HOUR)).toBe(body);
  });

  it('take a day along, and keep it behind what it is a deadline for', () => {
    expect(moved('{"ship_by_date": "2026-11-20"}', -25 * HOUR)).toBe('{"ship_by_date": "2026-11-19"}');
  });

  it('stand in a header that says so', () => {
    const headers = { 'x-sender-timestamp': ['1794301200'], 'x-shop': ['1794301200'] };

    expect(moveTimes(request('', headers), -HOUR).headers).toEqual({
      'x-sender-timestamp': ['1794297600'],
      'x-shop': ['1794301200'],
    });
  });
});

describe.each([...adapters, ...exampleAdapters])('to $id', adapter => {
  const directory = fixturesOf(adapter.id);
  const connections = loadConnections(directory);

  it('every request tells the same, at other times', () => {
    const seconds = -100 * 24 * HOUR - 1;
    for (const { name, connection, request: sent } of loadCases(directory)) {
      const settings = adapter.settings.parse(connections.get(connection)!.settings);
      const read = (of: InboundRequest) => textOf(eventsOf(interpretRequest(adapter, of, settings)));

      expect(read(moveTimes(sent, seconds)), name).toBe(instantsBy(read(sent), seconds));
    }
  });
});

/** But for the provider's own words, in which its times stand as it wrote them. */
function textOf(events: unknown): string {
  return JSON.stringify(events, (key, value) => (key === 'providerData' ? undefined : value));
}

/** Every time in the form of the model, wherever it stands. */
function instantsBy(text: string, seconds: number): string {
  return text.replace(/\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g, at =>
    new Date(Date.parse(at) + seconds * 1000).toISOString(),
  );
}
