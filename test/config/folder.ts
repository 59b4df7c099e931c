import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { defineAdapter } from '../../src/adapter/define-adapter.ts';
import { SecretValue, WebhookSecrets } from '../../src/adapter/secret.ts';
import { acknowledgeWith } from '../../src/adapter/settings.ts';
import { verificationSettings } from '../../src/adapter/verification.ts';
import { formatProblem } from '../../src/config/config-problem.ts';
import { type ConfigResult, type LoadRequest, readConfig } from '../../src/config/load-config.ts';

/** An adapter with every kind of setting a real one has. */
export const parcelPort = defineAdapter({
  id: 'parcel-port',
  version: 1,
  label: 'Parcel Port',
  evidence: 'documented',
  docs: ['https://parcel-port.example/docs'],
  about: {
    connect: ['Type `{publicUrl}/webhooks/{account}/{connection}` under Callbacks.'],
    gaps: ['Refunds are not told.'],
    types: { 'parcel.moved': ['shipment.in_transit'], 'parcel.scanned': ['shipment.in_transit'], survey: ['ignored'] },
    statuses: { 'parcel.state': { there: ['description', 'shipment.delivered'] } },
  },
  settings: z.strictObject({
    retailerId: z.string().min(1).describe('The id that Parcel Port gave the merchant.'),
    dialect: z.enum(['standard', 'full']).default('standard').describe('Which messages are sent. Default standard.'),
    verification: verificationSettings({ scheme: 'hmac', header: 'x-parcel-port-signature' }),
    acknowledgeWith: acknowledgeWith(200),
  }),
  secrets: z.strictObject({
    webhook: WebhookSecrets.describe('Secrets that sign the webhooks.'),
    api: SecretValue.optional().describe('Key of the API.'),
  }),
  reader: {
    parse: () => ({ outcome: 'parsed', notices: [] }),
    normalize: () => ({ outcome: 'ignored', because: 'test' }),
  },
});

/** The Base64 of 24 bytes 0x01. */
export const SIGNING_SECRET = 'whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';

export const ENV = {
  PORT_SECRET: 'a-webhook-secret-for-tests',
  PORT_API: 'an-api-key-for-tests',
  OUT_SECRET: SIGNING_SECRET,
};

/** An account file that is right, one key or value per line. */
export const ACCOUNT = `name: Acme Outdoor
owner: key-accounts@market.example
timezone: America/New_York
currency: USD
connections:
  port:
    adapter: parcel-port
    settings:
      retailerId: acme
    secrets:
      webhook: [{ env: PORT_SECRET }]
destinations:
  refunds:
    url: https://refunds.market.example/hooks
    secrets: [{ env: OUT_SECRET }]
`;

/** A configuration folder with these files, gone again after the test. */
export async function makeFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'retour-config-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  return directory;
}

/** Reads a folder with these files; `retour.yaml` is empty unless given. */
export async function read(
  files: Readonly<Record<string, string | Uint8Array>>,
  request: Partial<LoadRequest> = {},
): Promise<ConfigResult> {
  const directory = await makeFolder({ 'retour.yaml': '', ...files });
  return readConfig({ directory, adapters: [parcelPort], env: ENV, ...request });
}

/** The problems of a folder, each as its line of the message. */
export async function problemsOf(
  files: Readonly<Record<string, string | Uint8Array>>,
  request: Partial<LoadRequest> = {},
): Promise<readonly string[]> {
  const result = await read(files, request);
  return result.outcome === 'refused' ? result.problems.map(formatProblem) : [];
}

/** The problems of an account file named acme. */
export function accountProblems(text: string, request: Partial<LoadRequest> = {}): Promise<readonly string[]> {
  return problemsOf({ 'accounts/acme.yaml': text }, request);
}

/** The account of a folder that must be right. */
export async function loadAcme(text: string, retour = '', request: Partial<LoadRequest> = {}) {
  const result = await read({ 'retour.yaml': retour, 'accounts/acme.yaml': text }, request);
  if (result.outcome === 'refused') throw new Error(result.problems.map(formatProblem).join('\n'));
  return { config: result.config, acme: result.config.accounts.get('acme')! };
}
