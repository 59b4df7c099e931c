import { accounts } from './accounts.ts';
import { adapters } from './adapters.ts';
import { backup } from './backup.ts';
import { checkConfig } from './check-config.ts';
import type { CliCommand, CliGroup } from './cli-command.ts';
import { connections } from './connections.ts';
import { deliveries } from './deliveries.ts';
import { demo } from './demo.ts';
import { destinations } from './destinations.ts';
import { doctor } from './doctor.ts';
import { erasures } from './erasures.ts';
import { events } from './events.ts';
import { findings } from './findings.ts';
import { inbound } from './inbound.ts';
import { listen } from './listen.ts';
import { migrate } from './migrate.ts';
import { move } from './move.ts';
import { newAdapter } from './new-adapter.ts';
import { openapi } from './openapi.ts';
import { rejections } from './rejections.ts';
import { restore } from './restore.ts';
import { retention } from './retention.ts';
import { returns } from './returns.ts';
import { serve } from './serve.ts';
import { tokens } from './tokens.ts';
import { trigger } from './trigger.ts';
import { verify } from './verify.ts';

/** Every command, in the order `--help` lists them; each file says what its command does. */
export const COMMANDS: readonly (CliCommand | CliGroup)[] = [
  serve,
  demo,
  trigger,
  listen,
  returns,
  events,
  inbound,
  rejections,
  findings,
  verify,
  deliveries,
  destinations,
  accounts,
  connections,
  adapters,
  retention,
  erasures,
  tokens,
  checkConfig,
  doctor,
  backup,
  restore,
  migrate,
  move,
  newAdapter,
  openapi,
];
