import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readiness } from '../../src/cli/api-client.ts';
import { until } from '../../src/demo/gateway-client.ts';
import { type GatewayProcess, spawnGateway } from '../crash/gateway-process.ts';
import { type CliStage, openCliStage, runWith, TOKEN } from './open-cli.ts';

/** What `serve --roles` leaves out waits in the store for a start that does it. */

let stage: CliStage;
let serving: GatewayProcess | null = null;
beforeEach(async () => {
  stage = await openCliStage();
  // The processes below have its store to themselves.
  await stage.stop();
});
afterEach(async () => {
  await serving?.end('SIGKILL');
  serving = null;
  await stage.close();
});

/** Answers the environment of whoever speaks to it. */
async function serve(...options: readonly string[]): Promise<Readonly<Record<string, string>>> {
  await serving?.end('SIGTERM');
  const env = { ...stage.env, RETOUR_PORT: '0', RETOUR_ADMIN_TOKEN: TOKEN };
  serving = spawnGateway(
    {
      configDirectory: join(stage.folder, 'config'),
      database: stage.databaseFile,
      logFile: join(stage.folder, 'gateway.log'),
      env,
    },
    { args: ['serve', ...options] },
  );
  return { ...stage.env, RETOUR_URL: await serving.listening };
}

/** As a provider, who has no token and waits for nothing. */
async function send(
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number; readonly statuses: readonly number[] }> {
  const { RETOUR_TOKEN: _, ...provider } = env;
  const { code, out } = await stage.run(['trigger', 'standard', 'out-of-order', '--exact', '--json'], {
    env: provider,
  });
  return { code, statuses: (JSON.parse(out) as { sent: { status: number }[] }).sent.map(({ status }) => status) };
}

async function statesOf(
  list: 'inbound' | 'deliveries',
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { out } = await stage.run([list, 'list', '--json'], { env });
  return [...new Set((JSON.parse(out) as { data: { state: string }[] }).data.map(({ state }) => state))];
}

async function idsOf(
  list: 'inbound' | 'deliveries',
  env: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const { out } = await stage.run([list, 'list', '--json'], { env });
  return (JSON.parse(out) as { data: { id: string }[] }).data.map(({ id }) => id);
}

async function allAre(
  state: string,
  list: 'inbound' | 'deliveries',
  env: Readonly<Record<string, string>>,
): Promise<void> {
  await until(
    () => statesOf(list, env),
    states => states.length === 1 && states[0] === state,
    `${list} to be ${state}`,
  );
}

/** What it says comes a moment after it listens. */
async function says(text: string): Promise<void> {
  await until(
    () => serving!.stderr(),
    said => said.includes(text),
    text,
  );
}

describe('serve --roles', () => {
  it('receive: acknowledges and does not process; a full start does', async () => {
    const receiving = await serve('--roles', 'receive');

    const sent = await send(receiving);

    expect(sent).toEqual({ code: 0, statuses: [202, 202, 202, 202, 202] });
    expect(await statesOf('inbound', receiving)).toEqual(['received']);
    expect((await stage.run(['returns', 'list'], { env: receiving })).out).toBe('No return fits.\n');
    await says(
      [
        'Without the role process: what is kept is not read, and nothing is removed by age, until a start with it.',
        'Without the role deliver: messages wait for a start with it.',
      ].join('\n'),
    );

    const doctor = await stage.run(['doctor'], {
      env: { ...receiving, RETOUR_PORT: new URL(receiving.RETOUR_URL!).port },
    });
    const [first] = await idsOf('inbound', receiving);
    const replayed = await stage.run(['inbound', 'replay', first!], { env: receiving });
    expect(doctor.code).toBe(2);
    expect(doctor.out).toContain(
      'warn  gateway        it was started without the roles process and deliver: what is kept is not read, and nothing is removed by age; messages are not sent\n',
    );
    expect(replayed).toEqual({
      code: 1,
      out: '',
      err: 'The row has not been interpreted yet, and this process does not do that: it lacks the role process. A start with it reads everything that was kept.\n',
    });

    const full = await serve();

    await allAre('recorded', 'inbound', full);
    await allAre('delivered', 'deliveries', full);
    expect((await stage.run(['returns', 'list'], { env: full })).out).toMatch(/received +sample-standard +RMA-7001/);
    expect(serving!.stderr()).not.toContain('Without the role');
  });

  it('receive,process: records, and messages wait', async () => {
    const env = await serve('--roles', 'receive,process');

    await send(env);

    await allAre('recorded', 'inbound', env);
    expect(await statesOf('deliveries', env)).toEqual(['pending']);
    expect(stage.shop.messages).toEqual([]);
    const [first] = await idsOf('deliveries', env);
    expect(await stage.run(['deliveries', 'redeliver', first!], { env })).toEqual({
      code: 2,
      out: `${first} is queued, and nobody sends it: the gateway was started without the role deliver. Start it without --roles.\n`,
      err: '',
    });
  });

  it('process,deliver: answers webhooks 503 and serves the API', async () => {
    const env = await serve('--roles', 'process,deliver');

    const sent = await send(env);

    expect(sent).toEqual({ code: 2, statuses: [503, 503, 503, 503, 503] });
    expect(await statesOf('inbound', env)).toEqual([]);
    expect(await readiness(env.RETOUR_URL!)).toEqual({
      ready: false,
      reason: 'This process does not take webhooks: it lacks the role receive.',
      roles: ['process', 'deliver'],
    });
    await says('Without the role receive: webhooks are answered 503, and providers have to send them again.\n');
  });

  it.each([
    ['receive,recieve', '--roles takes receive, process and deliver, separated by commas; recieve is none of them.\n'],
    ['viewer', '--roles takes receive, process and deliver, separated by commas; viewer is none of them.\n'],
    [' , ', '--roles takes receive, process and deliver, separated by commas; name at least one.\n'],
  ])('%j is refused before anything starts', async (roles, said) => {
    expect(await runWith(['serve', '--roles', roles], {})).toEqual({ code: 1, out: '', err: said });
  });
});
