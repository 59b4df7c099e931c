import { install } from 'undici';
import { processDeps } from './cli/process-deps.ts';
import { runCli } from './cli/run-cli.ts';

install(); // the global fetch of the undici whose agents are handed to it
process.exitCode = await runCli(process.argv.slice(2), processDeps());
