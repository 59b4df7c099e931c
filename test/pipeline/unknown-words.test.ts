import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHANGES, type ReturnEvent } from '../../src/model/return-event.ts';
import { interpret } from '../../src/pipeline/interpret.ts';
import { unknownWords, visitCodes } from '../../src/pipeline/unknown-words.ts';
import { told, toyConnection, toyRow } from './toy-adapter.ts';

function wordsOf(...notices: readonly unknown[]) {
  return interpret(toyRow('inb_1', notices), toyConnection()).notices.flatMap(unknownWords);
}

/** Every place of a schema where a coded value stands, as visitCodes names it. */
function codedPlaces(schema: unknown, place = ''): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const {
    properties = {},
    items,
    anyOf = [],
  } = schema as {
    properties?: Record<string, unknown>;
    items?: unknown;
    anyOf?: readonly unknown[];
  };
  if ('providerCode' in properties) return [place];
  return [
    ...Object.entries(properties).flatMap(([name, inner]) => codedPlaces(inner, `${place}/${name}`)),
    ...codedPlaces(items, `${place}/*`),
    ...anyOf.flatMap(inner => codedPlaces(inner, place)),
  ];
}

describe('new words', () => {
  it('are codes that came out as other, told by place and form', () => {
    const other = (providerCode: string | null) => ({ code: 'other', providerCode });
    const items = [
      { ref: 'a', quantity: 1, reason: { ...other('too-purple 7') } },
      { ref: 'b', quantity: 1, reason: { code: 'too_small', providerCode: 'small' } },
      { ref: 'c', quantity: 1, reason: null },
    ];

    const words = wordsOf(
      told('return:R-1', { type: 'return.requested', change: { details: { items, method: other('teleport') } } }),
    );

    expect(words).toEqual([
      {
        kind: 'new_code',
        subject: 'toy /details/method AAAAAAAA',
        detail: { event: 'return.requested', sample: { type: 'string', form: 'AAAAAAAA' } },
      },
      {
        kind: 'new_code',
        subject: 'toy /details/items/*/reason AAA-AAAAAA 9',
        detail: { event: 'return.requested', sample: { type: 'string', form: 'AAA-AAAAAA 9' } },
      },
    ]);
  });

  it.each(['other', 'Other', 'OTHERS', 'toy'])('are not those that the provider means so: %s', providerCode => {
    const reason = { code: 'other', providerCode };

    expect(wordsOf(told('return:R-1', { type: 'return.exception', change: { reason } }))).toEqual([]);
  });

  it('are types that nobody recognized', () => {
    expect(wordsOf({ outcome: 'unrecognized', because: 'status "lost" of jo@example.com is not known' })).toEqual([
      { kind: 'new_type', subject: 'toy', detail: { sample: { type: 'string', form: 'AAA' } } },
    ]);
    expect(wordsOf({ outcome: 'ignored', because: 'a survey' }, 'bad', 'throw')).toEqual([]);
  });

  it.each(Object.entries(CHANGES))('are looked for wherever %s has a code', (_, schema) => {
    const places = codedPlaces(z.toJSONSchema(schema, { unrepresentable: 'any' }));
    const visited: string[] = [];

    const coded = { code: 'other', providerCode: 'x' };
    const change: Record<string, unknown> = {};
    for (const place of places) {
      let at = change;
      const keys = place.split('/').slice(1);
      for (const [index, key] of keys.entries()) {
        if (key === '*') continue;
        const isLast = index === keys.length - 1;
        const isList = keys[index + 1] === '*';
        if (isLast) at[key] = coded;
        else {
          at[key] ??= isList ? [{}] : {};
          at = (isList ? (at[key] as readonly unknown[])[0] : at[key]) as Record<string, unknown>;
        }
      }
    }
    visitCodes(change as ReturnEvent['change'], place => void visited.push(place));

    expect(visited.toSorted()).toEqual(places.toSorted());
  });
});
