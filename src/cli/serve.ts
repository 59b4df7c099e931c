import { once } from 'node:events';
import { readEnvironment } from '../config/load-config.ts';
import type { ProcessSettings } from '../config/process-settings.ts';
import type { GatewayRole } from '../gateway.ts';
import { type StoreUrl, storeOf } from '../storage/store-url.ts';
import type { CliCommand } from './cli-command.ts';
import { CliError } from './cli-error.ts';
import { commaSeparated, textOption } from './options.ts';

/** Serves until SIGTERM or SIGINT. Logs are JSON on stdout; what a person must read at the start goes to stderr. */
export const serve: CliCommand = {
  name: 'serve',
  description: 'Start the gateway',
  options: [{ flags: '--roles <roles>', help: 'only these of receive,process,deliver (default all)' }],
  more: [
    'Settings: RETOUR_CONFIG, RETOUR_DATABASE_URL, RETOUR_HOST, RETOUR_PORT, RETOUR_ADMIN_TOKEN (config/reference.md).',
    'SIGTERM and Ctrl-C end it: it finishes what is under way.',
    'Roles part the work over several processes on one PostgreSQL database. One process has an SQLite store to itself, so',
    'there they are for measuring and maintenance, and what is left out waits for a start with it:',
    '  receive  takes webhooks; without it they are answered 503',
    '  process  interprets and records what was kept, and removes by age',
    '  deliver  sends messages to destinations',
    'The API is served in any case: a replay is done at once, a redelivery waits for the role deliver.',
  ].join('\n'),
  async run({ options }, deps) {
    // From the first moment on: whoever ends it while it starts has it end in order.
    const interrupted = deps.interrupted();
    // Loaded here, so that every other command starts without them.
    const [{ adapters }, { GATEWAY_ROLES, openGateway }, { createLog }] = await Promise.all([
      import('../adapters.ts'),
      import('../gateway.ts'),
      import('../telemetry/log.ts'),
    ]);
    const roles = rolesOf(textOption(options, 'roles'), GATEWAY_ROLES);
    const settings = readEnvironment(deps.env);
    // The store holds personal data: whatever is made from here on is not for others to read.
    process.umask(process.umask() | 0o077);
    const log = createLog();
    const gateway = await openGateway({
      settings,
      adapters,
      log,
      roles,
      ...(deps.env === undefined ? {} : { env: deps.env }),
    }).catch(error => {
      throw listenTrouble(error, settings) ?? error;
    });
    const { accounts, findings } = gateway.config;
    log.info({
      event: 'gateway.started',
      url: gateway.url,
      roles: [...roles],
      accounts: accounts.size,
      findings: findings.length,
    });
    const say = (line: string) => deps.err(`${line}\n`);
    say(`Retour listens on ${gateway.url}  (API reference: ${gateway.url}/docs)`);
    const { kind } = storeOf(settings.databaseUrl);
    for (const role of GATEWAY_ROLES) if (!roles.has(role)) say(LEFT_OUT[kind][role]);
    if (gateway.newAdminToken !== null) {
      say(`Administrator's token, shown this once: ${gateway.newAdminToken}`);
    }
    if (accounts.size === 0) {
      say(
        `No account yet. Add ${settings.configDirectory}/accounts/{account}.yaml and start again; config/reference.md explains every key, config/sample/accounts/ has examples.`,
      );
    }
    for (const { file, line, message } of findings) say(`Finding: ${file}:${line} ${message}`);

    const asked = interrupted.aborted ? Promise.resolve(null) : once(interrupted, 'abort').then(() => null);
    const lost = await Promise.race([asked, gateway.lost]);
    say(lost === null ? 'Stopping: finishing what is under way …' : lost.message);
    await gateway.close();
    if (lost !== null) return 1;
    log.info({ event: 'gateway.stopped' });
    return 0;
  },
};

/** What nobody does, or what others on the same database must do. */
const LEFT_OUT: Readonly<Record<StoreUrl['kind'], Readonly<Record<GatewayRole, string>>>> = {
  sqlite: {
    receive: 'Without the role receive: webhooks are answered 503, and providers have to send them again.',
    process:
      'Without the role process: what is kept is not read, and nothing is removed by age, until a start with it.',
    deliver: 'Without the role deliver: messages wait for a start with it.',
  },
  postgres: {
    receive: 'Without the role receive: webhooks are answered 503 here; send them to a process with it.',
    process: 'Without the role process: another process must read what is kept, and remove by age.',
    deliver: 'Without the role deliver: another process must send messages.',
  },
};

/** What was not typed is every role; a word that is none, and no word at all, are mistakes. */
function rolesOf(given: string | undefined, known: readonly GatewayRole[]): ReadonlySet<GatewayRole> {
  if (given === undefined) return new Set(known);
  const roles = commaSeparated([given]);
  const unknown = roles.find(role => !(known as readonly string[]).includes(role));
  const allowed = `--roles takes ${known.slice(0, -1).join(', ')} and ${known.at(-1)}, separated by commas`;
  if (unknown !== undefined) throw new CliError(`${allowed}; ${unknown} is none of them.`);
  if (roles.length === 0) throw new CliError(`${allowed}; name at least one.`);
  return new Set(roles as readonly GatewayRole[]);
}

/** The address cannot be had, in one sentence; `null` for any other trouble. */
function listenTrouble(error: unknown, { host, port }: ProcessSettings): CliError | null {
  const sentence = {
    EADDRINUSE: `Port ${port} of ${host} is taken: stop what listens there, or set RETOUR_PORT to another port (0 takes any that is free).`,
    EACCES: `Port ${port} of ${host} is not allowed to this user: set RETOUR_PORT to one above 1023, and put a proxy in front.`,
    EADDRNOTAVAIL: `${host} is no address of this machine: set RETOUR_HOST to one of its own, or to 127.0.0.1.`,
    ENOTFOUND: `${host} is no address and no known host: set RETOUR_HOST to an address of this machine.`,
  }[String((error as { code?: unknown } | null)?.code)];
  return sentence === undefined ? null : new CliError(sentence, { cause: error });
}
