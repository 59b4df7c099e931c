/** Rows of a connection that are searched for webhooks: others (answers that were fetched) stand between them. */
export const RECEIPTS_LOOKED_AT = 1000;
