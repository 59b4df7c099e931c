import type { InboundRequest } from '../adapter/webhook.ts';
import type { ConnectionConfig } from '../config/config.ts';

/** What the settings of a connection may have got wrong about its provider's signatures, tried one by one. */

export interface DigestForm {
  readonly algorithm: 'sha1' | 'sha256' | 'sha512';
  readonly encoding: 'hex' | 'base64';
}

const FORMS: readonly DigestForm[] = (['sha256', 'sha512', 'sha1'] as const).flatMap(algorithm =>
  (['hex', 'base64'] as const).map(encoding => ({ algorithm, encoding })),
);

interface WithVerification {
  readonly verification: Partial<DigestForm> & { readonly scheme: string };
}

/** `settings.verification` has the same keys in every adapter; `null` where an adapter has none. */
function readVerification(settings: unknown): WithVerification['verification'] | null {
  const { verification } = (settings ?? {}) as Partial<WithVerification>;
  return typeof verification?.scheme === 'string' ? verification : null;
}

/** How the connection has its sender proven. */
export function schemeOf({ settings }: ConnectionConfig): string | null {
  return readVerification(settings)?.scheme ?? null;
}

/**
 * The other algorithm and encoding with which one of the connection's own secrets gives the signature that came;
 * `null`: there is none, or the proof is no keyed digest. Only for whoever may check requests: it is six digests.
 */
export async function otherDigest(
  request: InboundRequest,
  connection: ConnectionConfig,
  now: Date,
): Promise<DigestForm | null> {
  const { webhook } = connection.adapter;
  const verification = readVerification(connection.settings);
  if (webhook === undefined || verification === null || !/^hmac(_timestamp)?$/.test(verification.scheme)) return null;
  for (const form of FORMS) {
    const settings = { ...(connection.settings as object), verification: { ...verification, ...form } };
    const found = await webhook.verify(request, { ...connection, settings }, now);
    if (found.outcome === 'accepted' || found.reason === 'outside-tolerance') return form;
  }
  return null;
}
