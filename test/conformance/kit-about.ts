import { describe, expect, it } from 'vitest';
import { inputSchema } from '../../src/config/json-schema.ts';
import type { KitSubject } from './adapter-kit.ts';
import { findWords } from './words.ts';

const WEBHOOK_URL = '{publicUrl}/webhooks/{account}/{connection}';

/** A sentence that stands alone in a document and in a terminal. */
const SENTENCE = /^(?!\s)[^\n]+[.)]$/;

/** What people read of an adapter is so. */
export function describeAbout(subject: KitSubject): void {
  const { about, webhook, label } = subject.adapter;

  describe('about', () => {
    it('says in sentences how to connect it and what stays out', () => {
      for (const sentences of [about.connect, about.gaps]) {
        expect(sentences.length, label).toBeGreaterThan(0);
        expect(sentences.filter(sentence => !SENTENCE.test(sentence) || sentence.length > 600)).toEqual([]);
        expect(new Set(sentences).size).toBe(sentences.length);
      }
    });

    it('says where the URL and the secret go', () => {
      if (webhook === undefined) return;
      const connect = about.connect.join('\n');

      expect(connect).toContain(WEBHOOK_URL);
      expect(connect).toContain('`secrets.webhook`');
    });

    it('names no setting or secret that there is not', () => {
      const text = [...about.connect, ...about.gaps].join('\n');
      const { settings, secrets } = subject.adapter;
      const known = { settings: namesIn(settings), secrets: namesIn(secrets) };
      const named = [...text.matchAll(/\b(settings|secrets)\.(\w+)/g)];

      expect(
        named.filter(([, of, key]) => !known[of as 'settings' | 'secrets'].includes(key!)).map(([all]) => all),
      ).toEqual([]);
    });

    it('lists every word that the cases use, with all that becomes of it, and no other', { timeout: 60_000 }, () => {
      const { types, statuses } = findWords(subject);

      expect(about.types).toEqual(types);
      expect(about.statuses).toEqual(statuses);
    });
  });
}

function namesIn(schema: KitSubject['adapter']['settings']): readonly string[] {
  return Object.keys(inputSchema(schema).properties ?? {});
}
