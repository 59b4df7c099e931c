import { adapters } from '../adapters.ts';
import { loadConfig, readEnvironment } from '../config/load-config.ts';
import type { CliCommand } from './commands.ts';

/** Reads the configuration as a start would, secrets included, and opens nothing. */
export const checkConfig: CliCommand = {
  name: 'check-config',
  description: 'Read the configuration folder and say what is wrong with it (exit 2: allowed, but look at it)',
  options: [],
  async run() {
    const { configDirectory } = readEnvironment();
    const { accounts, findings } = await loadConfig({ directory: configDirectory, adapters });
    process.stdout.write(
      `${configDirectory}: ${accounts.size} account${accounts.size === 1 ? '' : 's'}, nothing wrong.\n`,
    );
    for (const { file, line, message } of findings) process.stdout.write(`finding: ${file}:${line} ${message}\n`);
    return findings.length > 0 ? 2 : 0;
  },
};
