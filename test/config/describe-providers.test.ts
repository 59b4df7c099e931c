import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { adapters } from '../../src/adapters.ts';
import { defaultProof, describeProof } from '../../src/config/describe-proof.ts';
import { providersDocument } from '../../src/config/describe-providers.ts';
import { parcelPort } from './folder.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = join(ROOT, 'docs/providers.md');

/** What describes an adapter that was taken out waits for the next renewal: taking one out edits no generated file. */
function withoutLeft(text: string): string {
  const isLeft = (id: string) => !existsSync(join(ROOT, 'adapters', id));
  const [general, ...sections] = text.trimEnd().split(/\n\n(?=## .*\n\nAdapter `)/);
  const kept = sections.filter(section => !isLeft(/\nAdapter `([^`]+)`/.exec(section)![1]!));
  const rows = general!.split('\n').filter(line => !isLeft(/^\| `([^`]+)`/.exec(line)?.[1] ?? ''));
  return `${[rows.join('\n'), ...kept].join('\n\n')}\n`;
}

describe('docs/providers.md', () => {
  it('is what the adapters say (renew it with UPDATE=1)', async () => {
    const text = providersDocument(adapters);
    if (process.env.UPDATE === '1') await writeFile(DOCUMENT, text);

    expect(withoutLeft(await readFile(DOCUMENT, 'utf8'))).toBe(text);
  });

  it('is read from the front page', async () => {
    expect(await readFile(join(ROOT, 'README.md'), 'utf8')).toContain('](docs/providers.md)');
  });

  it('says in one row what a provider tells', () => {
    expect(providersDocument([parcelPort]).split('\n')).toContain(
      '| `parcel-port` | [Parcel Port](#parcel-port) | documented |  | in transit |  |  |  | no |',
    );
  });

  it('shows each word with what it becomes, and such as become the same together', () => {
    const lines = providersDocument([parcelPort]).split('\n');

    expect(lines).toContain('| `parcel.moved`, `parcel.scanned` | `shipment.in_transit` |');
    expect(lines).toContain('| `survey` | ignored |');
    expect(lines).toContain('| `parcel.state` | becomes |');
    expect(lines).toContain('| `there` | description, `shipment.delivered` |');
  });

  it('says what to type at the provider, and what stays out', () => {
    const lines = providersDocument([parcelPort]).split('\n');

    expect(lines).toContain('1. Type `{publicUrl}/webhooks/{account}/{connection}` under Callbacks.');
    expect(lines).toContain('- Refunds are not told.');
  });

  it('says how webhooks are proven where they are taken', () => {
    const webhook = adapters.find(({ id }) => id === 'standard')!.webhook!;
    const line =
      '- Webhooks are proven by: HMAC-SHA256 in the header `x-parcel-port-signature`, as hex. Another way can be set: `settings.verification`.';

    expect(providersDocument([{ ...parcelPort, webhook }]).split('\n')).toContain(line);
    expect(providersDocument([parcelPort]).split('\n')).toContain('- Takes no webhooks.');
  });
});

describe('a proof in words', () => {
  it.each([
    [
      { scheme: 'hmac', header: 'X-Mac', signs: 'body', encoding: 'base64' },
      'HMAC-SHA256 of the body in the header X-Mac, as base64',
    ],
    [
      { scheme: 'hmac', header: 'X-Mac', prefix: 'v1=', signs: '{id}.{body}' },
      'HMAC-SHA256 in the header X-Mac, as hex behind v1=, of {id}.{body}',
    ],
    [
      { scheme: 'hmac_timestamp', header: 'X-Mac', algorithm: 'sha512' },
      'HMAC-SHA512 of time and body in the header X-Mac, as hex',
    ],
    [{ scheme: 'standard_webhooks' }, 'Standard Webhooks 1.0, in the header webhook-signature'],
    [{ scheme: 'basic' }, 'user name and password (HTTP Basic) in the header Authorization'],
    [{ scheme: 'bearer', header: 'X-Token' }, 'a token in the header X-Token'],
    [{ scheme: 'url_token' }, 'a token in the URL, ?token=…'],
    [{ scheme: 'jwt' }, 'a signed token (JWT) in the header Authorization'],
  ])('%j', (proof, words) => {
    expect(describeProof(proof)).toBe(words);
  });

  it('is read off the defaults of the settings', () => {
    expect(defaultProof(parcelPort)).toEqual({ scheme: 'hmac', header: 'x-parcel-port-signature' });
    expect(defaultProof({ ...parcelPort, settings: z.strictObject({}) })).toBeNull();
  });
});
