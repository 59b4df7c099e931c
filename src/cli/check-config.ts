import { problemsError } from '../config/config-problem.ts';
import { readConfig, readEnvironment } from '../config/load-config.ts';
import { type CliCommand, JSON_OPTION } from './cli-command.ts';
import { writeJson, writeLine } from './output.ts';
import { plural } from './words.ts';

/** Reads the configuration as a start would, secrets included, and opens nothing. */
export const checkConfig: CliCommand = {
  name: 'check-config',
  description: 'Read the configuration folder and say what is wrong with it',
  options: [JSON_OPTION],
  more: 'Exit 1: a start would refuse it. Exit 2: allowed, but look at it.',
  async run({ options }, deps) {
    const { adapters } = await import('../adapters.ts');
    const { configDirectory: directory } = readEnvironment(deps.env);
    const result = await readConfig({ directory, adapters, ...(deps.env === undefined ? {} : { env: deps.env }) });
    if (result.outcome === 'refused') {
      if (options.json !== true) throw problemsError(directory, result.problems);
      writeJson(deps, { directory, problems: result.problems, findings: [] });
      return 1;
    }
    const { accounts, findings } = result.config;
    if (options.json === true) writeJson(deps, { directory, accounts: [...accounts.keys()], problems: [], findings });
    else {
      writeLine(deps, `${directory}: ${plural(accounts.size, 'account')}, nothing wrong.`);
      for (const { file, line, message } of findings) writeLine(deps, `finding: ${file}:${line} ${message}`);
    }
    return findings.length > 0 ? 2 : 0;
  },
};
