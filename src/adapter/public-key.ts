/** The public keys of `settings.verification.jwks`: given in the configuration, never fetched. */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** Shorter RSA keys are refused by the library that verifies with them, too. */
const MIN_RSA_BITS = 2048;

/** One JSON Web Key. Private and symmetric ones are refused: the first has no business here, the second belongs into `secrets.webhook`. */
export const PublicKey = z
  .looseObject({
    kty: z.enum(['RSA', 'EC', 'OKP']),
    crv: z.string().optional(),
    kid: z.string().optional(),
    alg: z.string().optional(),
    use: z.literal('sig').optional(),
  })
  .superRefine((key, context) => {
    const refuse = (message: string) => context.addIssue({ code: 'custom', message });
    if (Object.hasOwn(key, 'd')) refuse('is a private key; give the public half only');
    else if (algorithmsOf(key).length === 0) refuse('is of a kind, curve or alg that no JWT can be verified with');
    else if (publicKeyOf(key) === null) refuse(`cannot be read as a public key (RSA: at least ${MIN_RSA_BITS} bits)`);
  });
export type PublicKey = z.output<typeof PublicKey>;

const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'EC P-256': ['ES256'],
  'EC P-384': ['ES384'],
  'EC P-521': ['ES512'],
  'OKP Ed25519': ['EdDSA', 'Ed25519'],
};

/** What this key may have signed with, by kind and curve; its own `alg` narrows it. */
export function algorithmsOf(key: PublicKey): readonly string[] {
  const name = key.kty === 'RSA' ? 'RSA' : `${key.kty} ${key.crv}`;
  const algorithms = Object.hasOwn(ALGORITHMS, name) ? (ALGORITHMS[name] ?? []) : [];
  return key.alg === undefined ? algorithms : algorithms.filter(algorithm => algorithm === key.alg);
}

const imported = new WeakMap<PublicKey, KeyObject | null>();

/** `null` where the numbers in it are no usable key; `PublicKey` refuses those. */
export function publicKeyOf(key: PublicKey): KeyObject | null {
  let found = imported.get(key);
  if (found === undefined) {
    found = importKey(key);
    imported.set(key, found);
  }
  return found;
}

function importKey(key: PublicKey): KeyObject | null {
  try {
    const found = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    const bits = found.asymmetricKeyDetails?.modulusLength;
    return bits !== undefined && bits < MIN_RSA_BITS ? null : found;
  } catch {
    return null;
  }
}
