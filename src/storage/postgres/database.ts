import type { Pool, PoolClient, PoolConfig, QueryConfig } from 'pg';
import pg from 'pg';
import { connectionConfig, limits, placeOf, SILENCE_TIMEOUT_MS } from './connection-config.ts';
import type { Partitions } from './partitions.ts';
import { createPlanAge } from './plan-age.ts';
import type { Statement, Values } from './statement.ts';
import { codeOf, isOfPreparing, isOutdatedPlan, isSilence, isWorthAnotherTry, storeError } from './store-error.ts';

/** Runs statements: alone, or within the transaction it belongs to. */
export interface Session {
  all<Row>(statement: Statement<Row>, values?: Values): Promise<Row[]>;
  get<Row>(statement: Statement<Row>, values?: Values): Promise<Row | undefined>;
  /** How many rows it wrote. */
  run(statement: Statement<never>, values?: Values): Promise<number>;
  /** Statements as text, without values: what changes tables. */
  script(text: string): Promise<void>;
}

/** The connections of one process. */
export interface Database extends Session {
  /** Host, port and database, for messages. */
  readonly place: string;
  /** For lists and other long reads: on connections of their own, so that they never hold up a webhook. */
  readonly reads: Session;
  /**
   * All or nothing. The body may run several times (a deadlock, a partition that was missing): what it gathers must
   * begin inside it. Whether a transaction was committed is unknown where the connection is lost in its last moment.
   */
  transaction<Result>(body: (tx: Session) => Promise<Result>, limits?: TransactionLimits): Promise<Result>;
  /** The same without limits of time, on a connection of its own: for migrations and moves. Others wait for its locks. */
  longTransaction<Result>(body: (tx: Session) => Promise<Result>): Promise<Result>;
  /** A body as an operation of the port: what it throws is the one error class. */
  operation<Arguments extends unknown[], Result>(
    body: (...values: Arguments) => Result | Promise<Result>,
  ): (...values: Arguments) => Promise<Result>;
  close(): Promise<void>;
}

export interface TransactionLimits {
  /** How long the server may say nothing to a statement. Default 35 s, or what the database was opened with. */
  readonly silenceTimeoutMs?: number | undefined;
  /** How long a statement may wait for a lock. Default 10 s. */
  readonly lockTimeoutMs?: number | undefined;
}

export interface DatabaseOptions extends Pick<TransactionLimits, 'silenceTimeoutMs'> {
  /** Connections for writes and reads by key. Default 8. */
  readonly connections?: number | undefined;
  /** Told of every statement that goes out, for counting. */
  readonly onStatement?: ((text: string) => void) | undefined;
}

const WRITE_CONNECTIONS = 8;
const READ_CONNECTIONS = 3;
/** Of one process at most; one of them for notifications. */
export const MOST_CONNECTIONS = WRITE_CONNECTIONS + READ_CONNECTIONS + 1;
const MOST_TRIES = 5;
/** Said, because a database may be set otherwise: each statement must see what was committed while it waited for a lock. */
const BEGIN = 'BEGIN ISOLATION LEVEL READ COMMITTED';

/**
 * For writes and reads by key: they find their rows by an index, whatever the statistics say. A plan made while a queue
 * was short reads it whole, by every claim, until the next ANALYZE; with 100,000 lines come meanwhile, 50 of them were
 * claimed in 22 ms and settled in 24, and with this in 11 and 10.
 */
const BY_KEY = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';

export function openDatabase(
  url: string,
  partitions: Pick<Partitions, 'forget' | 'ensure'>,
  options: DatabaseOptions = {},
): Database {
  const place = placeOf(url);
  const config = { ...connectionConfig(url), query_timeout: options.silenceTimeoutMs ?? SILENCE_TIMEOUT_MS };
  const byKey = { ...config, options: `${BY_KEY} ${config.options}` };
  const pool = createPool({ ...byKey, max: options.connections ?? WRITE_CONNECTIONS });
  const readPool = createPool({ ...config, max: READ_CONNECTIONS });
  const onStatement = options.onStatement ?? (() => undefined);
  /** A pooler in transaction mode may lose what a connection had prepared; then nothing is prepared any more. */
  let named = true;
  /** Of the names that statements are prepared under: a table that changed its columns makes what was prepared useless. */
  let edition = 0;
  const plans = createPlanAge<PoolClient>(() => performance.now());
  let closing: Promise<unknown> | null = null;

  function nameOf({ name }: Statement<unknown>): string | undefined {
    return named ? `${name}${edition === 0 ? '' : edition}` : undefined;
  }

  /** `silenceMs` undefined: as its connections have it. */
  function sessionOf(client: Pool | PoolClient, isAlone: boolean, silenceMs: number | undefined): Session {
    /** Its type does not know that a query may have a time-out of its own. */
    const limited = (query: QueryConfig): QueryConfig => Object.assign(query, { query_timeout: silenceMs });

    async function send<Row>(of: Statement<Row>, values: Values, name: string | undefined) {
      onStatement(of.text);
      const named = name === undefined ? {} : { name };
      return client.query<Row & object>(limited({ ...named, text: of.text, values: of.bind(values) }));
    }

    async function query<Row>(of: Statement<Row>, values: Values = {}) {
      const name = nameOf(of);
      try {
        return await send(of, values, name);
      } catch (cause) {
        if (name === undefined || !isOfPreparing(cause)) throw cause;
        if (!isOutdatedPlan(cause)) named = false;
        else if (name === nameOf(of)) edition += 1;
        if (!isAlone) throw cause; // the transaction is over; it is tried again as a whole
        return send(of, values, nameOf(of));
      }
    }
    return {
      async all(of, values) {
        return (await query(of, values)).rows as never;
      },
      async get(of, values) {
        return (await query(of, values)).rows[0] as never;
      },
      async run(of, values) {
        return (await query(of, values)).rowCount ?? 0;
      },
      async script(text) {
        onStatement(text);
        await client.query(limited({ text }));
      },
    };
  }

  async function once<Result>(
    of: Pool,
    body: (tx: Session) => Promise<Result>,
    { silenceTimeoutMs, lockTimeoutMs }: TransactionLimits,
  ): Promise<Result> {
    const client = await of.connect();
    const tx = sessionOf(client, false, silenceTimeoutMs);
    let broken: Error | boolean = false;
    try {
      const first = [BEGIN];
      if (plans.isDue(client)) first.push('DISCARD PLANS');
      if (lockTimeoutMs !== undefined) first.push(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
      await tx.script(first.join('; '));
      const result = await body(tx);
      await tx.script('COMMIT');
      return result;
    } catch (error) {
      // A server that says nothing would not answer this either, for as long again: the connection's end undoes it.
      broken =
        isSilence(error) ||
        (await client.query('ROLLBACK').then(
          () => false,
          () => true,
        ));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function transaction<Result>(
    of: Pool,
    body: (tx: Session) => Promise<Result>,
    transactionLimits: TransactionLimits = {},
  ): Promise<Result> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(of, body, transactionLimits);
      } catch (cause) {
        const missingDay = instantWithoutPartition(cause);
        if (tries === MOST_TRIES || !(isWorthAnotherTry(cause) || isOfPreparing(cause) || missingDay !== null))
          throw cause;
        if (missingDay !== null) {
          partitions.forget();
          await partitions.ensure([missingDay]);
        }
      }
    }
  }

  return {
    place,
    ...sessionOf(pool, true, undefined),
    reads: sessionOf(readPool, true, undefined),
    transaction: (body, transactionLimits) => transaction(pool, body, transactionLimits),
    async longTransaction(body) {
      const own = createPool({ ...connectionConfig(url, { own: limits(0, 0, 0) }), query_timeout: 0, max: 1 });
      try {
        return await transaction(own, body);
      } finally {
        await own.end();
      }
    },
    operation:
      body =>
      async (...values) => {
        try {
          return await body(...values);
        } catch (cause) {
          throw storeError(cause, place);
        }
      },
    async close() {
      closing ??= Promise.all([pool.end(), readPool.end()]);
      await closing;
    },
  };
}

/** Of a row that no partition takes: a day that nobody made ahead, or that another process dropped as empty. */
function instantWithoutPartition(cause: unknown): number | null {
  if (!(cause instanceof Error) || codeOf(cause) !== '23514') return null;
  // Not by the words, which the server may translate: a check that a row breaks would be named.
  const { constraint, detail = '' } = cause as { readonly constraint?: string; readonly detail?: string };
  if (constraint !== undefined) return null;
  const instant = /\) = \((-?\d+)\)/.exec(detail)?.[1];
  return instant === undefined ? null : Number(instant);
}

function createPool(config: PoolConfig): Pool {
  const pool = new pg.Pool(config);
  // A connection was cut. Where it was idle, the pool drops it; where a transaction has it, its next statement fails.
  pool.on('error', () => undefined);
  pool.on('connect', client => client.on('error', () => undefined));
  return pool;
}
