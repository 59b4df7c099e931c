/** What must never get out, each with a word by which it is known anywhere. */
export const SECRETS = {
  portal: `whsec_${Buffer.from('canary-portal-key-0123456789abcd').toString('base64')}`,
  network: 'canary-network-secret',
  basic: 'provider:canary-basic-password',
  api: 'canary-account:canary-api-key',
  urlToken: 'canary-url-token-0123456789',
  bearer: 'canary-bearer-0123456789',
  destination: `whsec_${Buffer.from('canary-destination-key-012345678').toString('base64')}`,
  destinationQuery: 'canary-destination-query',
  cookie: 'canary-cookie',
  authorization: 'canary-authorization',
  wrongToken: 'rtk_canary-wrong-token-0123456789',
} as const;
export const PERSON = {
  email: 'canary.person@example.com',
  name: 'Canary Person-Name',
  phone: '+1 555 0142 canary',
  address: '1 Canary Person-Lane',
} as const;
export const BODY = 'canary-in-a-body';

/** Every form in which one of them could be written down. */
export const FORBIDDEN: readonly string[] = [
  ...new Set(
    Object.values(SECRETS).flatMap(secret => [
      secret,
      secret.replace('whsec_', ''),
      Buffer.from(secret).toString('base64'),
      ...(secret.startsWith('whsec_') ? [Buffer.from(secret.slice(6), 'base64').toString('latin1')] : []),
      ...secret.split(':').slice(1),
    ]),
  ),
];
export const PERSONAL: readonly string[] = [
  ...Object.values(PERSON),
  'canary.person',
  'Person-Name',
  'Person-Lane',
  BODY,
];
