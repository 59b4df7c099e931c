import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { happyReturns } from '../../adapters/happy-returns/index.ts';
import { Secret } from '../../src/adapter/secret.ts';
import { readBacklog, until } from '../crash/read-api.ts';
import { prepareAttacked, requested, sendWebhook, signedHeaders, startAttacked } from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const LARGEST = 1_048_576;

function filled(begin: string, piece: string, end: string): string {
  const room = LARGEST - Buffer.byteLength(begin) - Buffer.byteLength(end);
  return `${begin}${piece.repeat(Math.floor(room / Buffer.byteLength(piece)))}${end}`;
}

const item = (nth: number) => `{"ref":"line-${nth}","quantity":1}`;
const items = Array.from({ length: 1000 }, (_, nth) => item(nth)).join(',');
const unit = (nth: number) =>
  `{"happyReturnsReturnID":"hr-1","orderNumber":"MK-${nth}","orderLineItemID":"1","email":"jo@example.com"}`;
const event = '{"event":"return_status_updated","typeID":"dropped_off"}';
const told = (units: number, others: number) =>
  `{"event":"return_status_updated","typeID":"started","retailerID":"acme-market","otherEvents":[${Array.from({ length: others }, () => event).join(',')}],"items":[${Array.from({ length: units }, (_, nth) => unit(nth)).join(',')}]}`;

/** By connection: bodies of the largest size, or of the most that may be told at once, that cost the most to read. */
const BODIES: Readonly<Record<string, readonly [connection: 'portal' | 'network', body: string]>> = {
  'arrays in each other': ['portal', '['.repeat(LARGEST)],
  'as deep as it may be, again and again': ['portal', filled('[0', `,${'['.repeat(98)}${']'.repeat(98)}`, ']')],
  'numbers, one of them long': ['portal', filled('{"type":"x","data":[12345678901234567890', ',1', ']}')],
  'objects, one of them named like the prototype': [
    'portal',
    filled('{"type":"x","__proto__":1,"data":[0', ',{}', ']}'),
  ],
  'whole characters in halves': ['portal', filled('{"type":"x","data":"', '\\ud83d\\ude00', '"}')],
  'escapes of backslashes': ['portal', filled('{"type":"x\\ud83d\\ude00","data":"', '\\\\', '"}')],
  'one long number': ['portal', filled('{"type":"x","data":', '9', '}')],
  'a thousand lines': [
    'portal',
    `{"type":"item.received","timestamp":"2026-01-05T09:00:00.000Z","data":{"providerReturnId":"R-long","change":{"items":[${items}]}}}`,
  ],
  'a thousand items in ten events': ['network', told(1000, 9)],
  'ten items in a thousand events': ['network', told(10, 999)],
};

describe('the largest and slowest body', () => {
  it('keeps everything else waiting for seconds at most, on a busy machine', async () => {
    const folder = prepareAttacked({
      connections: {
        network: {
          adapter: 'happy-returns',
          settings: { retailerId: 'acme-market' },
          secrets: { webhook: [{ env: 'ATTACK_NETWORK' }] },
        },
      },
      secrets: { ATTACK_NETWORK: 'a made-up secret of a network' },
    });
    const file = join(folder.configDirectory, '..', 'delay');
    const gateway = await startAttacked(folder, {
      preload: [new URL('./measure-delay.ts', import.meta.url).href],
      env: { ATTACK_DELAY_FILE: file },
    });
    const longestDelay = async (): Promise<number> => {
      rmSync(file, { force: true });
      process.kill(gateway.pid, 'SIGUSR2');
      await until(
        () => existsSync(file) && readFileSync(file, 'utf8').endsWith('\n'),
        written => written,
        'the delay to be written down',
      );
      return Number(readFileSync(file, 'utf8'));
    };
    await sendWebhook(gateway.url, requested('R-0'), 'warm-up');
    await longestDelay();

    const delays = new Map<string, number>();
    for (const [what, [connection, body]] of Object.entries(BODIES)) {
      const headers =
        connection === 'portal'
          ? await signedHeaders(Buffer.from(body), what.replaceAll(' ', '-'))
          : await networkHeaders(Buffer.from(body));
      const answer = await fetch(`${gateway.url}/webhooks/acme/${connection}`, { method: 'POST', headers, body });
      expect([what, answer.status]).toEqual([what, connection === 'portal' ? 202 : 200]);
      await until(
        () => readBacklog(gateway.url),
        ({ inbound }) => inbound === 0,
        'it to be read',
      );
      delays.set(what, await longestDelay());
    }

    // On two free cores none takes a second; before there were bounds, one of 421 KB took nine.
    expect([...delays].filter(([, ms]) => ms >= 4000)).toEqual([]);
    expect(delays.size).toBe(10);
  });
});

async function networkHeaders(body: Uint8Array): Promise<Record<string, string>> {
  const request = { method: 'POST', path: '/', query: new URLSearchParams(), headers: {}, body };
  const connection = {
    settings: happyReturns.settings.parse({ retailerId: 'acme-market' }),
    secrets: { webhook: [new Secret('a made-up secret of a network')] },
  };
  const { headers } = await happyReturns.webhook!.sign(request, connection, new Date());
  return Object.fromEntries(Object.entries(headers).map(([name, [value]]) => [name, value!]));
}
