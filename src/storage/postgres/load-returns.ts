import { type AliasStored, type DerivationStored, type FactStored, toStoredReturn } from '../rows/return.ts';
import { MOST_ATTACHED, type ReturnLookup, type StoredReturn } from '../store.ts';
import type { Session } from './database.ts';
import { KEYS, type ReturnKey, relatedOf, returnsByKeys } from './return-rows.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

type Of<Row> = Row & { readonly account: string; readonly return_id: string };

const identified = statement<ReturnKey>(
  sql`SELECT a.account, a.return_id AS id FROM return_alias a
    JOIN json_to_recordset(${given('rows')}::json) AS l(account text, connection text, kind text, value text)
      ON a.account = l.account AND a.kind = l.kind AND a.value = l.value AND a.connection = l.connection
    WHERE a.identifies`,
);
/** One more than may share a number: then it says nothing. */
const attached = statement<ReturnKey & { number: number }>(
  sql`SELECT a.account, a.return_id AS id, l.number
    FROM json_to_recordset(${given('rows')}::json) AS l(number integer, account text, kind text, value text)
    CROSS JOIN LATERAL (
      SELECT account, return_id FROM return_alias
      WHERE account = l.account AND kind = l.kind AND value = l.value LIMIT ${sql.raw(String(MOST_ATTACHED + 1))}) a`,
);
const derivedFrom = statement<ReturnKey>(
  sql`SELECT d.account, d.return_id AS id FROM derivation d
    JOIN json_to_recordset(${given('rows')}::json) AS l(account text, inbound_id text)
      ON d.account = l.account AND d.inbound_id = l.inbound_id
    WHERE NOT d.superseded`,
);
const aliasesOf = statement<Of<AliasStored>>(
  sql`SELECT a.account, a.return_id, a.kind, a.value, a.identifies FROM return_alias a
    JOIN ${KEYS} ON a.account = k.account AND a.return_id = k.id ORDER BY a.kind, a.value`,
);
const derivationsOf = statement<Of<DerivationStored>>(
  sql`SELECT d.account, d.return_id, i.id, d.connection, d.provider, i.received_at_ms, i.trust, i.secret_index,
      coalesce(d.config_revision, i.config_revision) AS config_revision, d.adapter_version, d.notices
    FROM derivation d JOIN ${KEYS} ON d.account = k.account AND d.return_id = k.id
    JOIN inbound i ON i.account = d.account AND i.id = d.inbound_id
    WHERE NOT d.superseded ORDER BY d.number`,
);
const factsOf = statement<Of<FactStored>>(
  sql`SELECT f.* FROM fact f JOIN ${KEYS} ON f.account = k.account AND f.return_id = k.id ORDER BY f.event_id`,
);

/**
 * Returns with everything that recording a further telling needs. A return's row is read before what hangs on it: what
 * another process adds in between raises the version, and the write that was planned from this is refused.
 */
export async function loadReturns(
  session: Session,
  lookups: readonly ReturnLookup[],
): Promise<readonly StoredReturn[]> {
  const rows = await returnsByKeys(session, await findKeys(session, lookups));
  if (rows.length === 0) return [];
  const keys = rows.map(({ account, id }) => ({ account, id }));
  const aliases = byReturn(await session.all(aliasesOf, { keys }));
  const derivations = byReturn(await session.all(derivationsOf, { keys }));
  const facts = byReturn(await session.all(factsOf, { keys }));
  const related = await relatedOf(session, keys);
  return rows.map(row =>
    toStoredReturn(row, {
      aliases: aliases(row),
      derivations: derivations(row),
      facts: facts(row),
      related: related(row),
    }),
  );
}

async function findKeys(session: Session, lookups: readonly ReturnLookup[]): Promise<readonly ReturnKey[]> {
  const identifying = lookups.flatMap(({ account, connection, identifying: aliases }) =>
    aliases.map(({ kind, value }) => ({ account, connection, kind, value })),
  );
  const attaching = lookups
    .flatMap(({ account, attaching: aliases }) => aliases.map(({ kind, value }) => ({ account, kind, value })))
    .map((each, number) => ({ ...each, number }));
  const inbound = lookups.map(({ account, inboundId }) => ({ account, inbound_id: inboundId }));

  const found = new Map<string, ReturnKey>();
  const add = ({ account, id }: ReturnKey) => found.set(`${account} ${id}`, { account, id });
  if (identifying.length > 0) (await session.all(identified, { rows: identifying })).forEach(add);
  if (attaching.length > 0) {
    const sharing = Map.groupBy(await session.all(attached, { rows: attaching }), ({ number }) => number);
    for (const returns of sharing.values()) if (returns.length <= MOST_ATTACHED) returns.forEach(add);
  }
  if (inbound.length > 0) (await session.all(derivedFrom, { rows: inbound })).forEach(add);
  return [...found.values()];
}

function byReturn<Row>(rows: readonly Of<Row>[]): (of: ReturnKey) => readonly Of<Row>[] {
  const grouped = Map.groupBy(rows, ({ account, return_id }) => `${account} ${return_id}`);
  return ({ account, id }) => grouped.get(`${account} ${id}`) ?? [];
}
