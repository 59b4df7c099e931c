/** How a story is told: to a person as it happens (`narrator.ts`), or to nobody while its claims are collected (`check.ts`). */
export interface Telling {
  chapter(heading: ChapterHeading): void;
  step(line: StepLine): void;
  /** A line with a word in front: what the return looks like, what the merchant got. */
  fact(label: string, text: string): void;
  note(text: string): void;
  /** Everything that is told is also checked: what does not hold is told as well. */
  claim(what: string, holds: boolean): void;
}

export interface ChapterHeading {
  readonly title: string;
  readonly provider: string;
  readonly about: string;
}

export interface StepLine {
  readonly say: string;
  /** In the provider's own words. */
  readonly sent: string;
  /** What Retour answered. */
  readonly answer: string;
  readonly now: string;
}
