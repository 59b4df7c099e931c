import { createRequire } from 'node:module';

/**
 * Loads better-sqlite3 and drizzle's `sql`, both as CommonJS: as ES modules drizzle costs 180 MB and 0.3 s at start.
 * The reading thread loads no more than this; the tables and the query builder are another 12 MB (builder.ts).
 */
const require = createRequire(import.meta.url);
const core = require('drizzle-orm/sql') as typeof import('drizzle-orm/sql');
const entity = require('drizzle-orm/entity') as typeof import('drizzle-orm/entity');

export const { is } = entity;
export const { sql, Param, Placeholder } = core;
export const Database = require('better-sqlite3') as typeof import('better-sqlite3');
