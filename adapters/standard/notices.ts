import { z } from 'zod';
import type { InputType } from '#model/return-event.ts';

/** The envelope: loose, so that a newer sender is still understood. `change` is read by the schema of its type. */

export const Typed = z.looseObject({ type: z.string().min(1).max(200) });

export const Envelope = z.looseObject({
  type: z.string(),
  timestamp: z.string(),
  data: z.looseObject({
    providerReturnId: z.string().min(1).max(300),
    rmaNumber: z.string().min(1).max(300).nullish(),
    aliases: z
      .array(
        z.looseObject({
          kind: z
            .string()
            .regex(/^[a-z][a-z0-9_]{0,40}$/, 'is not a lower-case word of at most 41 letters, digits or _'),
          value: z.string().min(1).max(300),
          unique: z.boolean().nullish(),
        }),
      )
      .max(100)
      .nullish(),
    change: z.looseObject({}),
  }),
});
export type Envelope = z.infer<typeof Envelope>;

/** What a sender may tell: every event but what only the gateway says, and descriptions, which are no event. */
export type ToldType = Exclude<InputType, 'return.snapshot'>;

export type StandardNotice =
  | { readonly known: true; readonly type: ToldType; readonly key: string; readonly envelope: Envelope }
  | { readonly known: false; readonly type: string; readonly key: string };
