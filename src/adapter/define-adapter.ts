import type { z } from 'zod';
import type { About } from './about.ts';
import type { Fetching } from './provider-call.ts';
import type { Notice, Reader, Webhook } from './webhook.ts';

/** Built from public docs · fixtures recorded from the provider's test system · real traffic was reconciled. */
export type AdapterEvidence = 'documented' | 'sandbox' | 'production';

/** An adapter is a value made of pure functions: no I/O, no clock, no log. A capability is a function that is there. */
export interface AdapterSpec<S extends z.ZodType, K extends z.ZodType, N extends Notice> {
  /** Kebab-case; equals the folder name. */
  readonly id: string;
  /** Raised whenever an expected outcome changes. */
  readonly version: number;
  readonly label: string;
  readonly evidence: AdapterEvidence;
  readonly docs: readonly `https://${string}`[];
  /** How to connect it, what it reads, what it leaves out. */
  readonly about: About;
  /** Strict; every field described. */
  readonly settings: S;
  /** Strict; no defaults. */
  readonly secrets: K;
  readonly reader: Reader<z.output<S>, N>;
  /** Absent: a provider that is only polled or called. */
  readonly webhook?: Webhook<z.output<S>, z.output<K>>;
  /** Absent: what a notice only points to cannot be fetched. Needs the setting `baseUrl`. */
  readonly fetching?: Fetching<z.output<S>, z.output<K>>;
}

/** Gives the spec back, with its types tied together. */
export function defineAdapter<S extends z.ZodType, K extends z.ZodType, N extends Notice>(
  spec: AdapterSpec<S, K, N>,
): AdapterSpec<S, K, N> {
  return spec;
}

/** Any adapter, as the registry and the pipeline hold it: only the adapter itself knows its settings, secrets and notices. */
// biome-ignore lint/suspicious/noExplicitAny: the one home of `any`; a registry of differently typed adapters has no other common type.
export type Adapter = AdapterSpec<z.ZodType<any>, z.ZodType<any>, any>;
