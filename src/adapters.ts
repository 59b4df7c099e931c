import { example } from '../adapters/example/index.ts';
import { happyReturns } from '../adapters/happy-returns/index.ts';
import { narvar } from '../adapters/narvar/index.ts';
import { standard } from '../adapters/standard/index.ts';
import type { Adapter } from './adapter/define-adapter.ts';

/** The registry: the only file that imports adapters. One line per provider. */
export const adapters: readonly Adapter[] = [happyReturns, narvar, standard];

/** Fictional providers, for the tests, the demo and as the template of a new adapter; no real configuration can name one. */
export const exampleAdapters: readonly Adapter[] = [example];
