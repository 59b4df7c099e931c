import { createRequire } from 'node:module';

/** Loads drizzle as CommonJS: as ES modules it costs 180 MB and 0.3 s at start. */
const require = createRequire(import.meta.url);
const core = require('drizzle-orm/sql') as typeof import('drizzle-orm/sql');
const entity = require('drizzle-orm/entity') as typeof import('drizzle-orm/entity');
const tables = require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core');

export const { is } = entity;
export const { sql, Param, Placeholder } = core;
export const {
  bigint,
  boolean,
  customType,
  getTableConfig,
  index,
  integer,
  json,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} = tables;
