import type { Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { type Json, readAll, readApi, until } from '../crash/read-api.ts';
import {
  openRawServer,
  prepareAttacked,
  requested,
  residentBytes,
  sendWebhook,
  startAttacked,
} from './attacked-gateway.ts';

// Real processes on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Writes again and again until the other side goes away; `text` at once as often as it is taken where there is no pause. */
function forever(socket: Socket, text: string, everyMs = 0): void {
  if (everyMs > 0) {
    const timer = setInterval(() => socket.write(text), everyMs);
    socket.on('close', () => clearInterval(timer));
    return;
  }
  const pour = (): void => {
    while (!socket.destroyed && socket.write(text));
  };
  socket.on('drain', pour);
  pour();
}

const OK = 'HTTP/1.1 200 OK\r\n';
const LENGTH = 'Content-Length: 1000000000\r\n\r\n';

/** A few kilobytes on the wire, 64 MiB for whoever unpacks them. */
const ZEROS = Buffer.alloc(64 * 1024 * 1024);
const BOMBS = { gzip: gzipSync(ZEROS), br: brotliCompressSync(ZEROS) } as const;

function encoded(status: string, encoding: string, body: Buffer): (socket: Socket) => void {
  return socket => {
    socket.write(`HTTP/1.1 ${status}\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
  };
}

/** What a destination may do instead of answering, and how its try ends. */
const TALKS: Readonly<Record<string, { readonly talk: (socket: Socket) => void; readonly ends: RegExp }>> = {
  'says-nothing': { talk: () => undefined, ends: /^timeout$/ },
  'hangs-up': { talk: socket => socket.destroy(), ends: /^unreachable$/ },
  resets: { talk: socket => socket.resetAndDestroy(), ends: /^unreachable$/ },
  'drips-status': { talk: socket => forever(socket, ' ', 50), ends: /^(timeout|unreachable)$/ },
  'drips-headers': {
    talk: socket => {
      socket.write(OK);
      forever(socket, 'x', 50);
    },
    ends: /^timeout$/,
  },
  'pours-headers': {
    talk: socket => {
      socket.write(OK);
      forever(socket, `X-Pour: ${'x'.repeat(8000)}\r\n`);
    },
    ends: /^unreachable$/,
  },
  'pours-one-header': {
    talk: socket => {
      socket.write(`${OK}X-Pour: `);
      forever(socket, 'x'.repeat(8000));
    },
    ends: /^unreachable$/,
  },
  'drips-body': {
    talk: socket => {
      socket.write(`${OK}${LENGTH}`);
      forever(socket, 'x', 50);
    },
    ends: /^timeout$/,
  },
  'pours-body': {
    talk: socket => {
      socket.write(`${OK}${LENGTH}`);
      forever(socket, 'x'.repeat(65_536));
    },
    ends: /^delivered$/, // it said yes, and what else it has to say is not waited for
  },
  'pours-chunks': {
    talk: socket => {
      socket.write(`${OK}Transfer-Encoding: chunked\r\n\r\n`);
      forever(socket, `10000\r\n${'x'.repeat(65_536)}\r\n`);
    },
    ends: /^delivered$/,
  },
  'pours-a-refusal': {
    talk: socket => {
      socket.write(`HTTP/1.1 500 No\r\n${LENGTH}`);
      forever(socket, 'x'.repeat(65_536));
    },
    ends: /^refused$/,
  },
  'breaks-off': {
    talk: socket => socket.end(`${OK}Content-Length: 100\r\n\r\nhalf`),
    ends: /^unreachable$/,
  },
  'ends-its-chunks-badly': {
    talk: socket => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\nx`),
    ends: /^unreachable$/,
  },
  'speaks-ssh': { talk: socket => forever(socket, 'SSH-2.0-OpenSSH_9.9\r\n', 50), ends: /^unreachable$/ },
  'switches-protocols': {
    talk: socket => socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ends: /^(unreachable|refused)$/,
  },
  'hints-for-ever': {
    talk: socket => forever(socket, 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n', 20),
    ends: /^(timeout|unreachable)$/,
  },
  'asks-to-continue': {
    talk: socket => forever(socket, 'HTTP/1.1 100 Continue\r\n\r\n', 20),
    ends: /^(timeout|unreachable)$/,
  },
  'packs-a-bomb': { talk: encoded('200 OK', 'gzip', BOMBS.gzip), ends: /^delivered$/ }, // and nobody unpacks it
  'packs-a-bomb-in-brotli': { talk: encoded('500 No', 'br', BOMBS.br), ends: /^refused$/ },
  'packs-it-twice': { talk: encoded('200 OK', 'gzip, gzip', gzipSync(BOMBS.gzip)), ends: /^delivered$/ },
  'packs-it-badly': { talk: encoded('200 OK', 'gzip', Buffer.alloc(1000, 0xa5)), ends: /^delivered$/ },
  'answers-in-bytes': {
    talk: socket => {
      const body = Buffer.from([0, 27, 91, 50, 74, 255, 254, 13, 10, 0xc3, 0x28]);
      socket.write(`${OK}Content-Length: ${body.length}\r\n\r\n`);
      socket.write(body);
    },
    ends: /^delivered$/,
  },
};

/** Of each bad one; for one that goes on for ever it is the only end there is. */
const TIMEOUT_MS = 1000;
/** The longest there is: whoever waited for this one would be seen to. */
const PATIENT_MS = 15_000;

describe('a destination that answers badly', () => {
  it('costs itself a try, in time, and nobody else anything', async () => {
    let arrived = 0;
    const good = await openRawServer(socket => {
      arrived += 1;
      socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    });
    const bad = await openRawServer((socket, heard) => {
      TALKS[/^POST \/(\S+)/.exec(heard)?.[1] ?? '']?.talk(socket);
    });
    const folder = prepareAttacked({
      destinations: {
        good: { url: `http://127.0.0.1:${good.port}/good` },
        patient: { url: `http://127.0.0.1:${bad.port}/says-nothing`, timeoutMs: PATIENT_MS },
        ...Object.fromEntries(
          Object.keys(TALKS).map(name => [
            name,
            { url: `http://127.0.0.1:${bad.port}/${name}`, timeoutMs: TIMEOUT_MS },
          ]),
        ),
      },
    });
    const gateway = await startAttacked(folder);
    const before = residentBytes(gateway.pid);

    for (let nth = 0; nth < 20; nth += 1) await sendWebhook(gateway.url, requested(`R-${nth}`), `nth-${nth}`);
    await until(
      () => arrived,
      count => count === 20,
      'the good one to get everything',
    );
    const meanwhile = await readAll(gateway.url, '/v1/deliveries', { destination: 'patient' });
    const tried = await until(
      async () => (await readAll(gateway.url, '/v1/deliveries')).filter(row => row.lastAttempt !== null),
      rows => Object.keys(TALKS).every(name => rows.some((row: Json) => row.destination === name)),
      'every destination to be tried',
    );

    // The good one has waited for none of the others: the first tries at one of them are still under way.
    expect(meanwhile.map(row => row.lastAttempt)).toEqual(Array.from({ length: 20 }, () => null));
    for (const { destination, lastAttempt } of tried.filter((row: Json) => TALKS[row.destination] !== undefined)) {
      const { outcome, durationMs, responseHead } = lastAttempt;
      expect([destination, outcome]).toEqual([destination, expect.stringMatching(TALKS[destination]!.ends)]);
      if (outcome === 'timeout') expect(durationMs, destination).toBeGreaterThan(TIMEOUT_MS - 100);
      expect(durationMs, destination).toBeLessThan(PATIENT_MS);
      expect(responseHead?.length ?? 0, destination).toBeLessThanOrEqual(500);
    }
    expect(residentBytes(gateway.pid) - before).toBeLessThan(200 * 1024 * 1024);
    expect(await readApi(gateway.url, '/readyz')).toMatchObject({ ready: true });
  });

  it('cannot answer the message after the one it was asked about', async () => {
    // Two answers to one question: whoever keeps the second for the next question is told yes by nobody.
    const twice =
      'HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
    const poisonous = await openRawServer(socket => socket.write(twice));
    const folder = prepareAttacked({ destinations: { twice: { url: `http://127.0.0.1:${poisonous.port}/` } } });
    const gateway = await startAttacked(folder);

    for (let nth = 1; nth <= 9; nth += 1) {
      await sendWebhook(gateway.url, requested(`R-${nth}`), `nth-${nth}`);
      await until(
        async () => (await readAll(gateway.url, '/v1/deliveries')).filter(row => row.lastAttempt !== null).length,
        count => count >= nth,
        'the next try',
      );
    }

    const tried = await readAll(gateway.url, '/v1/deliveries');
    expect(tried.map(row => [row.lastAttempt.outcome, row.lastAttempt.status])).toEqual(
      Array.from({ length: 9 }, () => ['refused', 503]),
    );
  });
});
