import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Operation } from '../../src/http/api-document.ts';
import { openApiDocument } from '../../src/http/app.ts';

/** The API as its own document describes it: every route answers with its example, and remembers that it was asked. */

export interface ExampleApi {
  readonly env: Readonly<Record<string, string>>;
  /** `GET /v1/returns/{id}`, in the order they were asked. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: RegExp;
  readonly operation: Operation;
}

/** Every route of the document, by `METHOD /path`. */
export function routesOfApi(): readonly Route[] {
  return Object.entries(openApiDocument('http://127.0.0.1:8080').paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
      operation,
    })),
  );
}

export async function openExampleApi(): Promise<ExampleApi> {
  const routes = routesOfApi();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const path = request.url!.split('?')[0]!;
    const route = routes.find(each => each.method === request.method && each.path.test(path));
    const [status, answer] = Object.entries(route?.operation.responses ?? {}).find(([code]) => code < '300') ?? [];
    const example = answer?.content?.['application/json']?.example;
    if (route === undefined || example === undefined) return response.writeHead(404).end('{}');
    asked.push(route.name);
    return response.writeHead(Number(status)).end(JSON.stringify(example));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { RETOUR_URL: `http://127.0.0.1:${port}`, RETOUR_TOKEN: 'rtk_x' },
    asked,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
