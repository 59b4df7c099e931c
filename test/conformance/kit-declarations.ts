import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Secret } from '../../src/adapter/secret.ts';
import { checkSecrets, type VerificationSettings } from '../../src/adapter/verification.ts';
import type { KitSubject } from './adapter-kit.ts';
import { readText, wrapSecrets } from './fixtures.ts';

const ADAPTERS = new URL('../../adapters/', import.meta.url);

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: unknown;
}

/** An adapter is what it says, and declares honestly what can be set. */
export function describeDeclarations({ adapter, directory, connections, answers }: KitSubject): void {
  const folder = new URL(`${adapter.id}/`, ADAPTERS);

  describe('declarations', () => {
    it('has an id that is the name of its folder and a slug', () => {
      expect(adapter.id).toMatch(/^[a-z0-9][a-z0-9-]{0,62}$/);
      expect(existsSync(new URL('index.ts', folder))).toBe(true);
    });

    it('has a version that counts from 1 and links its sources', () => {
      expect(Number.isSafeInteger(adapter.version) && adapter.version >= 1).toBe(true);
      expect(adapter.docs.length).toBeGreaterThan(0);
      for (const link of adapter.docs) expect(new URL(link).protocol).toBe('https:');
    });

    it('names its evidence in the README, and leaves to about.ts what stands there', () => {
      const readme = readText(folder, 'README.md');

      expect(readme).toContain(`Evidence: **${adapter.evidence}**`);
      expect(readme).toContain('[about.ts](about.ts)');
      expect(readme).not.toMatch(/^## (?:Gaps|Connect)/m);
    });

    it('names the provenance of every case in the README of the fixtures', () => {
      const readme = readText(directory, 'README.md');

      for (const name of [...readNames(directory), ...answers.map(answer => answer.name)])
        expect(readme).toContain(`\`${name}\``);
    });

    it('describes every setting, and convertibly to JSON Schema', () => {
      const schema = z.toJSONSchema(adapter.settings, { io: 'input' }) as JsonSchema;

      expect(schema.type).toBe('object');
      expect(undescribed(schema, '')).toEqual([]);
    });

    it.each([...connections.values()])('reads the settings and secrets of connection $name', fixture => {
      expect(adapter.settings.safeParse(fixture.settings).success).toBe(true);
      expect(adapter.secrets.safeParse(wrapSecrets(fixture.secrets)).success).toBe(true);
    });

    it.each([...connections.values()])('refuses a misspelt setting or secret beside those of $name', fixture => {
      expect(adapter.settings.safeParse({ ...fixture.settings, misspelt: 1 }).success).toBe(false);
      expect(adapter.secrets.safeParse(wrapSecrets({ ...fixture.secrets, misspelt: 'made-up-secret' })).success).toBe(
        false,
      );
    });

    it.each([...connections.values()])('can work with the secrets of $name, and not without', fixture => {
      const { verification } = adapter.settings.parse(fixture.settings) as { verification: VerificationSettings };
      const secrets = fixture.secrets.webhook.map(secret => new Secret(secret));

      expect(checkSecrets(verification, secrets)).toEqual([]);
      expect(checkSecrets(verification, []).length).toBe(verification.scheme === 'none' ? 0 : 1);
    });

    it('has no default secret and takes no empty one', () => {
      const schema = z.toJSONSchema(adapter.secrets, { io: 'input', unrepresentable: 'any' });

      expect(JSON.stringify(schema)).not.toContain('"default"');
      expect(adapter.secrets.safeParse({}).success).toBe(false);
      expect(adapter.secrets.safeParse({ webhook: [''] }).success).toBe(false);
      expect(() => new Secret('')).toThrow(TypeError);
    });
  });
}

function readNames(directory: URL): readonly string[] {
  const lock = JSON.parse(readText(directory, 'outcomes.json')) as { readonly cases: Readonly<Record<string, string>> };
  return Object.keys(lock.cases);
}

/** Pointers of fields without a description, and of objects that take unknown keys. Maps (without named keys) are data. */
function undescribed(schema: JsonSchema, pointer: string): readonly string[] {
  const { properties } = schema;
  if (properties === undefined) return [];
  const open = schema.additionalProperties === false || isPublicKey(pointer) ? [] : [`${pointer} is not strict`];
  const inner = Object.entries(properties).flatMap(([name, field]) => {
    const at = `${pointer}/${name}`;
    const described = field.description !== undefined || pointer.includes('/jwks');
    return [...(described ? [] : [at]), ...undescribed(field, at)];
  });
  return [...open, ...inner];
}

/** A JSON Web Key Set is somebody else's format, taken as it is. */
function isPublicKey(pointer: string): boolean {
  return pointer.includes('/jwks');
}
