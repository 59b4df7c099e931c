import { adapters } from '../src/adapters.ts';
import { readEnvironment } from '../src/config/load-config.ts';
import { type GatewayRole, openGateway } from '../src/gateway.ts';
import { createLog } from '../src/telemetry/log.ts';

/** The gateway as a process of its own, with the roles that a benchmark asks for. Says on stdout where it listens. */
const roles = new Set((process.argv[2] ?? 'receive,process,deliver').split(',') as GatewayRole[]);
const quiet = { write: () => undefined };
const gateway = await openGateway({ settings: readEnvironment(), adapters, log: createLog(quiet), roles });
process.stdout.write(`${gateway.url}\n`);
process.once('SIGTERM', () => {
  void gateway.close().then(() => process.exit(0));
});
