import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A cable between the gateways and their database, which can be cut, clogged or unplugged. */
export interface TcpProxy {
  readonly port: number;
  /** Ends every connection at once, without a word to either side. */
  cut(): void;
  /** Nothing goes through, in either direction, and nothing is lost, until `flow`. */
  stall(): void;
  flow(): void;
  /** Cuts, and refuses every new connection, until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  close(): Promise<void>;
}

export async function openTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let stalled = false;

  const server = createServer(near => {
    const far = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', bytes => {
        // A reader that does not keep up holds the writer back, as without a proxy.
        if (!to.write(bytes)) from.pause();
      });
      to.on('drain', () => {
        if (!stalled) from.resume();
      });
      from.on('end', () => to.end());
      from.on('error', () => undefined); // told by `close`
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (stalled) from.pause();
    }
  });
  const listen = (port: number) => new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;

  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const refuse = () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()));
    cut();
    return closed;
  };
  return {
    port,
    cut,
    stall() {
      stalled = true;
      for (const socket of sockets) socket.pause();
    },
    flow() {
      stalled = false;
      for (const socket of sockets) socket.resume();
    },
    refuse,
    accept: () => listen(port),
    close: refuse,
  };
}
