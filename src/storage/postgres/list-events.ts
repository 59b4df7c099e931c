import { type EventStored, toEventRow } from '../rows/event.ts';
import type { ReturnRow, Store } from '../store.ts';
import type { Session } from './database.ts';
import { readablePosition } from './event-position.ts';
import { LIMIT } from './newest-first.ts';
import { findReturn, livingOf, returnsByKeys, toReturnRows } from './return-rows.ts';
import { ACCOUNTS, scoped } from './scope.ts';
import { narrowed } from './scoped-connections.ts';
import { sql } from './sql.ts';
import { given, statement } from './statement.ts';

const ofReturn = statement<EventStored>(
  sql`SELECT * FROM event WHERE account = ${given('account')} AND return_id = ${given('id')}
    AND sequence > ${given('after')}::integer ORDER BY sequence LIMIT ${LIMIT}`,
);
const AFTER = sql`account = a.account AND position > ${given('after')}::bigint AND position <= ${given('until')}::bigint
  ORDER BY position`;
/** As many accounts as the page has rows, at most: those whose first events are the oldest. */
const inOrder = statement<EventStored>(
  sql`SELECT e.* FROM (
      SELECT a.account FROM ${ACCOUNTS} a CROSS JOIN LATERAL (SELECT position FROM event WHERE ${AFTER} LIMIT 1) oldest
      ORDER BY oldest.position LIMIT ${LIMIT}) a
    CROSS JOIN LATERAL (SELECT * FROM event WHERE ${AFTER} LIMIT ${LIMIT}) e
    ORDER BY e.position LIMIT ${LIMIT}`,
);

/** Recorded events: of one return by sequence, of accounts in commit order. */
export function createListEvents(session: Session): Pick<Store, 'listReturnEvents' | 'listEvents'> {
  return {
    async listReturnEvents(scope, returnId, afterSequence, limit) {
      const row = await findReturn(session, scope, returnId);
      if (row === null) return null;
      const { account, id } = row;
      return (await session.all(ofReturn, { account, id, after: afterSequence, limit })).map(toEventRow);
    },

    async listEvents(scope, account, afterPosition, limit) {
      const { position: until } = (await session.get(readablePosition))!;
      const values = { ...scoped(narrowed(scope, account)), after: afterPosition, until, limit };
      const events = await session.all(inOrder, values);
      const returnOf = await returnsOf(events);
      return events.map(event => ({ ...toEventRow(event), return: returnOf(event) }));
    },
  };

  /** As they are known now, and as the survivor where they were merged away. */
  async function returnsOf(events: readonly EventStored[]): Promise<(event: EventStored) => ReturnRow> {
    const keys = new Map(events.map(({ account, return_id: id }) => [`${account} ${id}`, { account, id }]));
    const own = await returnsByKeys(session, [...keys.values()]);
    const living = await livingOf(session, own);
    const distinct = new Map(living.map(row => [row.id, row]));
    const shown = new Map((await toReturnRows(session, [...distinct.values()])).map(row => [row.id, row]));
    const survivors = new Map(own.map(({ account, id }, index) => [`${account} ${id}`, living[index]!.id]));
    return ({ account, return_id: id }) => shown.get(survivors.get(`${account} ${id}`)!)!;
  }
}
