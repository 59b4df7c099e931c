/** One measured thing of design §7, with the bar it is held to. */
export interface Row {
  readonly what: string;
  readonly value: string;
  /** As in the design; `null`: printed for comparison. */
  readonly bar: string | null;
  /** `null` where there is no bar, or where a quick run is too short to say. */
  readonly held: boolean | null;
}

export interface Size {
  readonly quick: boolean;
  /** How many returns a store grows to, where a benchmark has one that grows; `null`: as many as it says itself. */
  readonly size: number | null;
}

export interface Benchmark {
  readonly name: string;
  run(size: Size): Promise<readonly Row[]>;
}
