import type { AddressInfo } from 'node:net';
import { createServer, type Server } from 'node:net';

const LOOPBACK = '127.0.0.1';

/** Listens on loopback at `port`, or where that cannot be had, at any that is free. */
export async function listen(server: Server, port: number): Promise<void> {
  try {
    await listenAt(server, port);
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (port === 0 || (code !== 'EADDRINUSE' && code !== 'EACCES')) throw error;
    await listenAt(server, 0);
  }
}

/** A port that is free on loopback now: `wanted` if it can be had. Somebody may take it before it is used. */
export async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  await listen(server, wanted);
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

async function listenAt(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
