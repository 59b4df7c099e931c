import { createServer, type ServerOptions as NodeOptions, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface ServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** How long a sender may take over a whole request before it is answered 408 and dropped. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long a connection with a request under way may stand still, nothing moving in or out, before it is dropped. Default 2 min. */
  readonly stillTimeoutMs?: number;
  /** How long `close` waits for requests under way before it cuts them off. Default 10 s. */
  readonly closeTimeoutMs?: number;
}

export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Stops accepting, lets requests under way finish, then closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

/** Unanswered requests of one connection: more than any proxy or sender leaves open, and what they cost is bounded. */
const MAX_UNANSWERED = 10;

export async function startServer(app: Hono, options: ServerOptions): Promise<RunningServer> {
  const { host, port, requestTimeoutMs = 30_000, stillTimeoutMs = 120_000, closeTimeoutMs = 10_000 } = options;
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer: ((given: NodeOptions, listener: RequestListener) =>
      createServer(given, withFewUnanswered(withPlainPaths(listener)))) as typeof createServer,
    serverOptions: {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(10_000, requestTimeoutMs),
      // How often Node looks for requests that are over time.
      connectionsCheckingInterval: Math.max(50, Math.min(2_000, Math.floor(requestTimeoutMs / 4))),
      // Longer than the idle time of common load balancers (60 s), so that they and not we close first.
      keepAliveTimeout: 65_000,
      maxHeaderSize: 16_384,
    },
  }) as Server;
  // Node waits without end for somebody who asks and does not read; what was not read stays in memory meanwhile.
  server.timeout = stillTimeoutMs;
  let closing: Promise<void> | null = null;
  server.prependListener('request', (_request, response) => {
    if (closing !== null) response.shouldKeepAlive = false;
  });

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    url: `http://${name}:${address.port}`,
    close() {
      closing ??= closeServer(server, closeTimeoutMs);
      return closing;
    },
  };
}

/** `.` and `..` as a part of a path, also percent-encoded, and a backslash, which URL parsers take for a slash. */
const WALKING = /^[^?]*(?:\\|\/(?:\.|%2e){1,2}(?:[/?#]|$))/i;

/** Refuses a path that is one for a proxy which goes by its text, and another one here, where it is tidied up. */
function withPlainPaths(listener: RequestListener): RequestListener {
  return (request, response) => {
    if (!WALKING.test(request.url ?? '')) return listener(request, response);
    response.writeHead(400, { connection: 'close', 'content-length': 0 }).end();
  };
}

/**
 * Ends a connection that asks on and on without waiting for answers. Node hands over every request of a piece that arrived
 * at once, hundreds of them, and each one is worked on and its answer held until the ones before it are read.
 */
function withFewUnanswered(listener: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (unanswered.get(socket) ?? 0) + 1;
    if (count > MAX_UNANSWERED || socket.destroyed) {
      socket.destroy();
      return;
    }
    unanswered.set(socket, count);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    return listener(request, response);
  };
}

function closeServer(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    // A connection whose last request finishes after close() is idle again, and Node does not end it by itself.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const cut = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(error => {
      clearInterval(sweep);
      clearTimeout(cut);
      if (error === undefined) resolve();
      else reject(error);
    });
    server.closeIdleConnections();
  });
}
