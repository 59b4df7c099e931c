import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A pooler in transaction mode, as PgBouncer is: its clients share a few connections to the server, and each
 * transaction may meet another one. So what a connection had prepared or listens to is not there the next time.
 */
export interface Pooler {
  /** The given URL, through it. */
  readonly url: string;
  close(): Promise<void>;
}

export interface PoolerOptions {
  /** Connections to the server. Default 2. */
  readonly connections?: number;
  /** Whether it refuses a client that sends the start parameter `options`, as PgBouncer does unless told otherwise. Default `false`. */
  readonly refusesOptions?: boolean;
}

const SSL_REQUEST = 80877103;
const PROTOCOL = 196608;

export async function startPooler(url: string, options: PoolerOptions = {}): Promise<Pooler> {
  const free: Backend[] = [];
  const waiting: ((backend: Backend) => void)[] = [];
  const sockets = new Set<Socket>();

  /** Whoever has waited longest gets it; else it goes behind the others, so that the next transaction meets another. */
  function release(backend: Backend): void {
    const next = waiting.shift();
    if (next === undefined) free.push(backend);
    else next(backend);
  }
  for (let made = 0; made < (options.connections ?? 2); made += 1) {
    free.push(await openBackend(url, sockets, release));
  }

  const server = createServer({ noDelay: true }, client => {
    sockets.add(client);
    let backend: Backend | null = null;
    let asked = false;
    const held: Buffer[] = [];
    const flush = () => {
      if (backend === null) return;
      for (const message of held.splice(0)) backend.socket.write(message);
    };
    const split = splitter(message => {
      if (message[0] === code('X')) return void client.end();
      held.push(message);
      if (backend !== null) return flush();
      if (asked) return;
      asked = true;
      const take = (taken: Backend) => {
        backend = taken;
        asked = false;
        taken.answer = bytes => client.write(bytes);
        taken.done = () => {
          backend = null;
        };
        flush();
      };
      const taken = free.shift();
      if (taken === undefined) waiting.push(take);
      else take(taken);
    });
    let started = false;
    client.on('data', bytes => {
      if (started) return split(bytes);
      if (bytes.readInt32BE(4) === SSL_REQUEST) return void client.write('N');
      started = true;
      if (options.refusesOptions === true && bytes.includes('\0options\0')) {
        const fields = 'SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0';
        return void client.end(toMessage('E', Buffer.from(fields)));
      }
      client.write(Buffer.concat([toMessage('R', Buffer.alloc(4)), toMessage('Z', Buffer.from('I'))]));
    });
    client.on('error', () => undefined);
    client.on('close', () => {
      if (backend === null) return;
      // In the middle of something: whoever came next would be given what is still on its way.
      backend.answer = null;
      backend.done = null;
      backend.socket.destroy();
      openBackend(url, sockets, release).then(release, () => undefined);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(closed => server.close(closed));
    },
  };
}

/** A connection to the server. What comes while no client has it, such as a notification, is nobody's. */
interface Backend {
  readonly socket: Socket;
  answer: ((bytes: Buffer) => void) | null;
  done: (() => void) | null;
}

async function openBackend(url: string, sockets: Set<Socket>, release: (backend: Backend) => void): Promise<Backend> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, noDelay: true });
  sockets.add(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const start = Buffer.from(`\0\0\0\0\0\0\0\0user\0${username}\0database\0${pathname.slice(1)}\0\0`);
  start.writeInt32BE(start.length, 0);
  start.writeInt32BE(PROTOCOL, 4);
  socket.write(start);
  const backend: Backend = { socket, answer: null, done: null };
  const ready = Promise.withResolvers<void>();
  const split = splitter(message => {
    backend.answer?.(message);
    const [kind, status] = [message[0], message[5]];
    const asksForPassword = kind === code('R') && message.readInt32BE(5) === 3;
    if (asksForPassword) socket.write(toMessage('p', Buffer.from(`${password}\0`)));
    if (kind !== code('Z') || status !== code('I')) return;
    ready.resolve();
    backend.done?.();
    if (backend.done === null) return;
    backend.answer = null;
    backend.done = null;
    release(backend);
  });
  socket.on('data', split);
  await ready.promise;
  return backend;
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}

function toMessage(kind: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(kind);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

/** Bytes as they come → whole messages. */
function splitter(onMessage: (message: Buffer) => void): (bytes: Buffer) => void {
  let rest = Buffer.alloc(0);
  return bytes => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 5 && rest.length >= rest.readInt32BE(1) + 1) {
      const length = rest.readInt32BE(1) + 1;
      const message = rest.subarray(0, length);
      rest = rest.subarray(length);
      onMessage(message);
    }
  };
}
