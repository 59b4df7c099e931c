import { example } from '../adapters/example/index.ts';
import * as registered from '../adapters/index.ts';
import type { Adapter } from './adapter/define-adapter.ts';

/** Every provider of the registry, `adapters/index.ts`. */
export const adapters: readonly Adapter[] = Object.values(registered);

/** Fictional providers, for the tests, the demo and as the template of a new adapter; no real configuration can name one. */
export const exampleAdapters: readonly Adapter[] = [example];
