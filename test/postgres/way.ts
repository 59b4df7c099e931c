import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A URL at which something listens that does what the test says. */
export async function listening(onSocket: (socket: Socket) => void): Promise<string> {
  const fake: Server = createServer(socket => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>(resolve => fake.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void fake.close());
  return `postgres://gateway:pass-word@127.0.0.1:${(fake.address() as AddressInfo).port}/retour`;
}

/** A way to a server that can stand still, as a network does that loses every packet. */
export async function openWay(to: number) {
  const sockets: Socket[] = [];
  let frozen = false;
  const url = await listening(socket => {
    const other = connect(to, '127.0.0.1');
    for (const each of [socket, other]) {
      each.on('error', () => undefined);
      sockets.push(each);
      if (frozen) each.pause();
    }
    socket.on('data', bytes => other.write(bytes)).on('close', () => other.destroy());
    other.on('data', bytes => socket.write(bytes)).on('close', () => socket.destroy());
  });
  return {
    port: Number(new URL(url).port),
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
  };
}
