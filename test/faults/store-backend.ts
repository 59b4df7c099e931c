import type { Fault } from './fault.ts';

/** A store that a run can be held over: where it is, what can happen to it, and how it is looked into afterwards. */
export interface StoreBackend {
  /** `RETOUR_DATABASE_URL` of every gateway. */
  readonly url: string;
  /** How many gateways may serve it at once. */
  readonly mostProcesses: number;
  /** Whose clock tells when a lease ends and something is due. */
  readonly leaseClock: 'gateway' | 'store';
  readonly faults: readonly Fault[];
  /** Modules loaded before each gateway, through which a fault reaches into it. */
  readonly preload: readonly string[];
  /** What a reader of the report should know of it: version, file system, what could not be offered here. */
  readonly facts: Readonly<Record<string, string>>;
  /** Asked once no gateway is left: whether it is whole, and what leases stand in it. */
  inspect(): Promise<readonly string[]>;
  /** What it takes on its disk. */
  bytes(): Promise<number>;
  /** Copies the store into a folder for whoever looks into a finding; asked once no gateway is left. */
  keep?(folder: string): Promise<void>;
  close(): Promise<void>;
}

export interface BackendOptions {
  /** A folder of the run's own. */
  readonly place: string;
  /** To every gateway, for what is loaded before it. */
  readonly tell: (message: object) => void;
}
