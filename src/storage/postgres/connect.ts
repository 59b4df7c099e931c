import { GatewayError } from '../../gateway-error.ts';
import { type Database, openDatabase } from './database.ts';
import { createPartitions } from './partitions.ts';
import { sql } from './sql.ts';
import { statement } from './statement.ts';

/** What a server is and lets this user do. */
export interface ServerFacts {
  /** As it says it: `18.4`. */
  readonly version: string;
  readonly versionNumber: number;
  readonly encoding: string;
  /** Whether this connection is encrypted. */
  readonly tls: boolean;
  /** A replica, or a server that recovers. */
  readonly replica: boolean;
  readonly readOnly: boolean;
  /** Where tables are made; `null`: nowhere. */
  readonly schema: string | null;
  readonly mayCreate: boolean;
  /** Of the tables that are there. */
  readonly ownsTables: boolean;
  readonly user: string;
  /** For users like this one. */
  readonly connections: {
    readonly most: number;
    readonly used: number;
    /** Gateways on this database. */
    readonly gateways: number;
  };
  /** Settings that let a commit be told before it is on the server's disk, as `name = value`. */
  readonly notDurable: readonly string[];
  /** Whether this machine is the server's. */
  readonly isLocal: boolean;
}

/** The first that detaches partitions without holding anybody up. */
const OLDEST = { number: 140000, name: '14' };

type FactsRow = Omit<ServerFacts, 'connections' | 'notDurable'> &
  ServerFacts['connections'] & { readonly notDurable: string | null };

const facts = statement<FactsRow>(
  sql`SELECT current_setting('server_version') AS version, current_setting('server_version_num')::integer AS "versionNumber",
    (SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()) AS encoding,
    coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls,
    pg_is_in_recovery() AS replica,
    current_setting('default_transaction_read_only')::boolean AS "readOnly",
    current_schema() AS schema,
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS "mayCreate",
    (SELECT coalesce(bool_and(pg_has_role(relowner, 'USAGE')), true) FROM pg_class
      WHERE oid IN (to_regclass('migration'), to_regclass('inbound_body'), to_regclass('event_body'), to_regclass('attempt'))
    ) AS "ownsTables",
    current_user AS "user",
    current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
      - coalesce(current_setting('reserved_connections', true)::integer, 0) AS most,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
    (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'retour notify' AND datname = current_database()) AS gateways,
    (SELECT string_agg(name || ' = ' || setting, ', ' ORDER BY name) FROM pg_settings
      WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off') AS "notDurable",
    inet_client_addr() IS NOT DISTINCT FROM inet_server_addr() AS "isLocal"`,
);

export async function readServer(database: Database): Promise<ServerFacts> {
  const { most, used, gateways, notDurable, ...rest } = (await database.get(facts))!;
  return { ...rest, connections: { most, used, gateways }, notDurable: notDurable?.split(', ') ?? [] };
}

/** Refuses what cannot work, before anything is made there: with the cause, and what to do about it. */
export async function checkServer(database: Database): Promise<ServerFacts> {
  const server = await readServer(database);
  const trouble = troubleOf(server, database.place);
  if (trouble !== null) throw new GatewayError('STORE_UNAVAILABLE', trouble);
  return server;
}

function troubleOf(server: ServerFacts, place: string): string | null {
  const { version, versionNumber, encoding, replica, readOnly, schema, mayCreate, ownsTables, user } = server;
  if (versionNumber < OLDEST.number) {
    return `PostgreSQL at ${place} has version ${version}: Retour needs ${OLDEST.name} or newer.`;
  }
  if (encoding !== 'UTF8') {
    return `The database ${place} keeps text as ${encoding}: create it with ENCODING 'UTF8' TEMPLATE template0.`;
  }
  if (replica) return `${place} is a read-only replica: point RETOUR_DATABASE_URL at the primary.`;
  if (readOnly) {
    return `${place} lets this user only read: set default_transaction_read_only = off for the user or the database.`;
  }
  if (schema === null) {
    return `The search_path of ${user} at ${place} names no schema that is there: create one, or set the path.`;
  }
  if (!mayCreate) {
    return `${user} may not create tables in the schema ${schema} at ${place}, and each day needs new ones: GRANT CREATE ON SCHEMA ${schema} TO ${user}.`;
  }
  if (!ownsTables) {
    return `The tables at ${place} belong to another user than ${user}, and each day needs new partitions: connect as their owner, or GRANT its role to ${user}.`;
  }
  return null;
}

/** For commands: a database that can be used, for as long as the body runs. */
export async function withDatabase<Result>(
  url: string,
  body: (database: Database, server: ServerFacts) => Promise<Result>,
): Promise<Result> {
  const partitions = createPartitions(() => database);
  const database: Database = openDatabase(url, partitions, { connections: 1 });
  try {
    return await database.operation(async () => {
      return body(database, await checkServer(database));
    })();
  } finally {
    await database.close();
  }
}
