import pg from 'pg';
import { GatewayError } from '../../gateway-error.ts';
import { connectionConfig } from './connection-config.ts';

/** What another process has made that somebody may be waiting for: rows to read, or lines that are due. */
export type Work = 'received' | 'due';

/**
 * Tells the other processes of work, and hears of theirs, over a connection of its own: a NOTIFY within each commit
 * takes a lock that all commits share (measured elsewhere: 60 % of the throughput). It is a hint and no more: where it
 * is lost, the loops find the work when they next look.
 */
export interface Notifier {
  /** After the commit. Goes out at most every 20 ms. */
  tell(work: Work): void;
  close(): Promise<void>;
}

export interface NotifierOptions {
  readonly url: string;
  readonly place: string;
  readonly onWork: (work: Work) => void;
  readonly onProblem: (problem: GatewayError) => void;
}

const CHANNEL = 'retour_work';
const TELL_EVERY_MS = 20;
const RECONNECT_MS = 1000;
/** Its own first message must come back within this; a pooler that shares connections lets none through. */
const ECHO_WITHIN_MS = 5000;

export function createNotifier({ url, place, onWork, onProblem }: NotifierOptions): Notifier {
  /** Told apart from our own by the server's number of the sending process. */
  let self: number | null = null;
  let client: pg.Client | null = null;
  let closed = false;
  let isToldOfSilence = false;
  let timer: NodeJS.Timeout | null = null;
  let reconnecting: NodeJS.Timeout | null = null;
  const pending = new Set<Work>();
  let isSending = false;
  const opening = { running: open() };

  async function open(): Promise<void> {
    const fresh = new pg.Client(connectionConfig(url, { name: 'retour notify' }));
    fresh.on('error', () => lost(fresh));
    fresh.on('end', () => lost(fresh));
    const echo = Promise.withResolvers<void>();
    fresh.on('notification', ({ channel, payload, processId }) => {
      if (channel !== CHANNEL) return;
      if (payload === 'echo') {
        if (processId === self) echo.resolve();
        return;
      }
      if (processId !== self && (payload === 'received' || payload === 'due')) onWork(payload);
    });
    try {
      await fresh.connect();
      await fresh.query(`LISTEN ${CHANNEL}`);
      self = (await fresh.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]!.pid;
      client = fresh;
      flushSoon();
      await fresh.query(`NOTIFY ${CHANNEL}, 'echo'`);
      void listenFor(echo.promise);
    } catch {
      await fresh.end().catch(() => undefined);
      again();
    }
  }

  async function listenFor(echo: Promise<void>): Promise<void> {
    const silent = new Promise<'silent'>(resolve => setTimeout(resolve, ECHO_WITHIN_MS, 'silent').unref());
    const heard = await Promise.race([echo.then(() => 'heard' as const), silent]);
    if (heard === 'heard' || closed || isToldOfSilence) return;
    isToldOfSilence = true;
    const message = `NOTIFY does not come through at ${place} (a pooler that shares connections?): new work is found by looking every second. Point RETOUR_DATABASE_URL at the server itself, or at a pooler in session mode.`;
    onProblem(new GatewayError('STORE_UNAVAILABLE', message));
  }

  function lost(gone: pg.Client): void {
    if (client !== gone) return;
    client = null;
    self = null;
    again();
  }

  function again(): void {
    if (closed || reconnecting !== null) return;
    reconnecting = setTimeout(() => {
      reconnecting = null;
      if (!closed && client === null) opening.running = open();
    }, RECONNECT_MS).unref();
  }

  function flushSoon(): void {
    timer ??= setTimeout(() => void flush(), TELL_EVERY_MS).unref();
  }

  /** One at a time: while the server stalls, all that there is to tell is gathered for the next. */
  async function flush(): Promise<void> {
    timer = null;
    const sender = client;
    if (sender === null || isSending || pending.size === 0) return;
    const text = [...pending].map(work => `NOTIFY ${CHANNEL}, '${work}'`).join('; ');
    pending.clear();
    isSending = true;
    try {
      await sender.query(text);
    } catch {
      // It says nothing any more, and so nothing is heard over it either.
      lost(sender);
      void sender.end().catch(() => undefined);
    }
    isSending = false;
    if (pending.size > 0) flushSoon();
  }

  return {
    tell(work) {
      pending.add(work);
      flushSoon();
    },
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await opening.running;
      await client?.end().catch(() => undefined);
    },
  };
}
