import { distance } from 'fastest-levenshtein';
import { Secret } from '../adapter/secret.ts';
import { GatewayError } from '../gateway-error.ts';
import type { Environment } from './secret-reference.ts';

/** What the process itself is told, by environment variables. */
export interface ProcessSettings {
  /** The configuration folder. */
  readonly configDirectory: string;
  /** `sqlite:{path}` or `postgres://…`. The latter may hold a password: never to be logged. */
  readonly databaseUrl: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** A bearer token with every role; `null`: one is made at the first start. */
  readonly adminToken: Secret | null;
}

/** Every variable with its default and meaning; the reference is made from this. `RETOUR_URL` and `RETOUR_TOKEN` belong to the CLI. */
export const ENVIRONMENT_VARIABLES: Readonly<
  Record<string, { readonly default: string | null; readonly description: string }>
> = {
  RETOUR_CONFIG: { default: 'config', description: 'The configuration folder.' },
  RETOUR_DATABASE_URL: {
    default: 'sqlite:.data/retour.db',
    description:
      'The store: `sqlite:{path}`, relative to the working directory, for one process; or `postgres://{user}:{password}@{host}:{port}/{database}`, for as many as wanted.',
  },
  RETOUR_HOST: { default: '127.0.0.1', description: 'The address to listen on.' },
  RETOUR_PORT: {
    default: '8080',
    description: 'The port to listen on, 0 to 65535; 0: any that is free, printed at start.',
  },
  RETOUR_ADMIN_TOKEN: {
    default: null,
    description:
      'A bearer token with every role, at least 16 characters without blanks; without it one is made at the first start and printed once.',
  },
};

const KNOWN = [...Object.keys(ENVIRONMENT_VARIABLES), 'RETOUR_URL', 'RETOUR_TOKEN'];

/** Throws `CONFIG_INVALID` with everything that is wrong, a misspelt `RETOUR_…` included. Quotes no value. */
export function parseEnvironment(env: Environment): ProcessSettings {
  const problems: { pointer: string; message: string }[] = [];
  const read = (name: string): string | null => {
    const value = env[name];
    if (value === undefined) return ENVIRONMENT_VARIABLES[name]?.default ?? null;
    if (value.trim() === '')
      problems.push({ pointer: name, message: 'is empty; set it, or unset it to take the default' });
    return value;
  };
  const check = (name: string, holds: (value: string) => boolean, message: string): string => {
    const value = read(name);
    if (value !== null && value.trim() !== '' && !holds(value)) problems.push({ pointer: name, message });
    return value ?? '';
  };

  for (const name of Object.keys(env)) {
    if (!name.startsWith('RETOUR_') || KNOWN.includes(name)) continue;
    // Up to two letters apart is a slip; further apart may be a secret of somebody's own naming.
    const meant = KNOWN.find(known => distance(name, known) <= 2);
    if (meant !== undefined) problems.push({ pointer: name, message: `is not a setting; did you mean ${meant}?` });
  }
  const configDirectory = check('RETOUR_CONFIG', () => true, '');
  const databaseUrl = check(
    'RETOUR_DATABASE_URL',
    value => /^sqlite:(?!\/\/).+$/.test(value) || /^postgres(ql)?:\/\/.+$/.test(value),
    'is not a database URL; write sqlite:path/to/retour.db or postgres://user:password@host:5432/database',
  );
  const host = check(
    'RETOUR_HOST',
    value => /^[A-Za-z0-9.:_-]+$/.test(value),
    'is not an address; write 127.0.0.1, 0.0.0.0 or a host name',
  );
  const port = check(
    'RETOUR_PORT',
    value => /^\d{1,5}$/.test(value) && Number(value) <= 65_535,
    env.RETOUR_PORT?.startsWith('tcp://') === true
      ? 'is not a port; Kubernetes sets it for a service named retour: set enableServiceLinks to false, or rename the service'
      : 'is not a port; write a whole number from 0 to 65535',
  );
  const token = check(
    'RETOUR_ADMIN_TOKEN',
    value => /^[\x21-\x7e]{16,}$/.test(value),
    'is too weak or cannot stand in a header; use at least 16 printable ASCII characters without blanks',
  );
  if (problems.length > 0) {
    const list = problems.map(({ pointer, message }) => `${pointer} ${message}`).join('\n');
    throw new GatewayError('CONFIG_INVALID', `The environment is not as it should be:\n${list}`, { errors: problems });
  }
  return {
    configDirectory,
    databaseUrl,
    host,
    port: Number(port),
    adminToken: token === '' ? null : new Secret(token),
  };
}
