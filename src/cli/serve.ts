import { adapters } from '../adapters.ts';
import { readEnvironment } from '../config/load-config.ts';
import { openGateway } from '../gateway.ts';
import { createLog } from '../telemetry/log.ts';
import type { CliCommand } from './commands.ts';

/** Serves until SIGTERM or SIGINT. Logs are JSON on stdout; what a person must read at the start goes to stderr. */
export const serve: CliCommand = {
  name: 'serve',
  description: 'Start the gateway (RETOUR_CONFIG, RETOUR_DATABASE_URL, RETOUR_HOST, RETOUR_PORT, RETOUR_ADMIN_TOKEN)',
  options: [],
  async run() {
    const settings = readEnvironment();
    const log = createLog();
    const gateway = await openGateway({ settings, adapters, log });
    const { accounts, findings } = gateway.config;
    log.info({ event: 'gateway.started', url: gateway.url, accounts: accounts.size, findings: findings.length });
    const say = (line: string) => process.stderr.write(`${line}\n`);
    say(`Retour listens on ${gateway.url}  (API reference: ${gateway.url}/docs)`);
    if (gateway.newAdminToken !== null) {
      say(`Administrator's token, shown this once: ${gateway.newAdminToken}`);
    }
    if (accounts.size === 0) {
      say(
        `No account yet. Add ${settings.configDirectory}/accounts/{account}.yaml and start again; config/reference.md explains every key, config/sample/accounts/ has examples.`,
      );
    }
    for (const { file, line, message } of findings) say(`Finding: ${file}:${line} ${message}`);

    await new Promise<void>(resolve => {
      process.once('SIGTERM', resolve);
      process.once('SIGINT', resolve);
    });
    say('Stopping: finishing what is under way …');
    await gateway.close();
    log.info({ event: 'gateway.stopped' });
    return 0;
  },
};
