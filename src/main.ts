import { processDeps } from './cli/process-deps.ts';
import { runCli } from './cli/run-cli.ts';

process.exitCode = await runCli(process.argv.slice(2), processDeps());
