import { createRequire } from 'node:module';

/** Loads the rest of drizzle-orm, for the writing connection alone; see sql.ts. */
const require = createRequire(import.meta.url);
const core = require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core');
const driver = require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3');

export const { blob, getTableConfig, index, integer, primaryKey, sqliteTable, text, uniqueIndex } = core;

/** Builds queries; it has no connection, so that statement.ts alone runs them. */
export const query = driver.drizzle.mock();
