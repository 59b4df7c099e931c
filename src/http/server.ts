import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface ServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** How long a sender may take over a whole request before it is answered 408 and dropped. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long `close` waits for requests under way before it cuts them off. Default 10 s. */
  readonly closeTimeoutMs?: number;
}

export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  /** Stops accepting, lets requests under way finish, then closes every connection. Safe to call twice. */
  close(): Promise<void>;
}

export async function startServer(app: Hono, options: ServerOptions): Promise<RunningServer> {
  const { host, port, requestTimeoutMs = 30_000, closeTimeoutMs = 10_000 } = options;
  const server = createAdaptorServer({
    fetch: app.fetch,
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
