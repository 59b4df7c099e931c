import { createServer } from 'node:net';
import { readRemote } from '../config/load-config.ts';
import type { ProcessSettings } from '../config/process-settings.ts';
import { GatewayError } from '../gateway-error.ts';
import { type StoreUrl, storeOf } from '../storage/store-url.ts';
import { connectApi, type Readiness, readiness } from './api-client.ts';
import type { CliDeps } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { type Check, fail, ok, warn } from './doctor-check.ts';

/** The port a start would take, and the gateway that may have it already. */
export async function checkGateway(
  { host, port, databaseUrl }: ProcessSettings,
  storeIsOpen: boolean,
): Promise<readonly Check[]> {
  if (port === 0) return [ok('port', 'any that is free (RETOUR_PORT is 0)')];
  const shown = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  // Where it listens on every address, it answers on this machine's own.
  const asked = host === '0.0.0.0' ? `127.0.0.1:${port}` : host === '::' ? `[::1]:${port}` : shown;
  const answer = await readiness(`http://${asked}`);
  if (answer !== null) {
    const leftOut = rolesLeftOut(answer, storeOf(databaseUrl).kind);
    if (!answer.ready) {
      const trouble = `it answers at ${shown} and is not ready: ${answer.reason ?? ''}`;
      return [fail('gateway', trouble, 'look at its log'), ...leftOut];
    }
    return leftOut.length > 0 ? leftOut : [ok('gateway', `it answers at ${shown} and is ready`)];
  }
  const trouble = await tryListening(host, port);
  if (trouble === 'EADDRINUSE') {
    return [fail('port', `${shown} is taken by something else`, 'stop that, or set RETOUR_PORT to another port')];
  }
  if (trouble !== null) {
    return [fail('port', `${shown} cannot be listened on (${trouble})`, 'correct RETOUR_HOST and RETOUR_PORT')];
  }
  const free = ok('port', `${shown} is free`);
  if (!storeIsOpen) return [free];
  const remedy = 'set RETOUR_HOST and RETOUR_PORT as its own are, or see what process that is';
  return [free, warn('gateway', `something has the store open and no gateway answers at ${shown}`, remedy)];
}

const WAITS = [
  ['receive', 'webhooks are answered 503'],
  ['process', 'what is kept is not read, and nothing is removed by age'],
  ['deliver', 'messages are not sent'],
] as const;

/** An SQLite store has one process, so nobody else does what it leaves out; on PostgreSQL others may. */
function rolesLeftOut({ roles }: Readiness, store: StoreUrl['kind']): readonly Check[] {
  const left = WAITS.filter(([role]) => roles !== null && !roles.includes(role));
  if (left.length === 0) return [];
  const names = left.map(([role]) => role).join(' and ');
  const without = `without ${left.length === 1 ? 'the role' : 'the roles'} ${names}`;
  const waits = left.map(([, what]) => what).join('; ');
  if (store === 'postgres') {
    return [ok('gateway', `it is ready, ${without}; unless another process on this database has them: ${waits}`)];
  }
  const remedy = 'start it without --roles, once what it was started for is done';
  return [warn('gateway', `it was started ${without}: ${waits}`, remedy)];
}

/** Takes the port for a moment. Answers what was in the way, or `null`. */
async function tryListening(host: string, port: number): Promise<string | null> {
  const server = createServer();
  const trouble = await new Promise<string | null>(answer => {
    server.once('error', error => answer(String((error as { code?: unknown }).code)));
    server.listen(port, host, () => answer(null));
  });
  if (trouble === null) await new Promise(closed => server.close(closed));
  return trouble;
}

/** Only where RETOUR_TOKEN is set: whether the other commands can use it. */
export async function checkToken(deps: CliDeps): Promise<readonly Check[]> {
  try {
    const { url, token } = readRemote(deps.env);
    if (token === null) return [];
    await connectApi(deps).list('/v1/accounts', {}, 1);
    return [ok('token', `RETOUR_TOKEN is taken at ${url}`)];
  } catch (error) {
    if (!(error instanceof CliError) && !(error instanceof GatewayError)) throw error;
    return [warn('token', error.message, 'this concerns the commands that speak to a running gateway')];
  }
}
