import { createHash, timingSafeEqual } from 'node:crypto';
import { GatewayError } from '../gateway-error.ts';
import { ROLES, type Role } from '../storage/store.ts';
import type { HttpDeps, Principal } from './deps.ts';
import type { HttpContext } from './http-env.ts';

/** The prefix lets secret scanners find a token that leaked into a file. */
const TOKEN_PREFIX = 'rtk_';

/** A whole token from its secret part, 32 random bytes as base64url. */
export function tokenFrom(secret: string): string {
  return `${TOKEN_PREFIX}${secret}`;
}

/** How a token is known to the store: SHA-256 of the whole token, hex. A token is random, so no slow hash is needed. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** What else a role brings along: whoever searches by e-mail reads, and whoever sees personal data searches by it. */
const INCLUDES: Readonly<Record<Role, readonly Role[]>> = {
  viewer: [],
  support: ['viewer'],
  on_call: ['support', 'viewer'],
  config_admin: [],
  security_admin: [],
};

export function hasRole({ roles }: Pick<Principal, 'roles'>, wanted: Role): boolean {
  return roles.some(role => role === wanted || INCLUDES[role].includes(wanted));
}

/** At least one of them; an empty list asks for a token and nothing more. */
export function requireRole(principal: Principal, wanted: readonly Role[]): void {
  if (wanted.length === 0 || wanted.some(role => hasRole(principal, role))) return;
  throw new GatewayError('FORBIDDEN', `The token lacks the role ${wanted.join(' or ')}.`);
}

export function mayReach({ scope }: Pick<Principal, 'scope'>, account: string): boolean {
  return scope === 'all' || scope.includes(account);
}

/** Who a person-made change is attributed to. */
export function actorOf({ name, tokenId }: Principal): string {
  return `${name} (${tokenId})`;
}

/** The caller behind the bearer token. Throws `UNAUTHENTICATED`. */
export async function authenticate(
  deps: Pick<HttpDeps, 'store' | 'adminTokenDigest'>,
  c: HttpContext,
): Promise<Principal> {
  const given = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(c.req.header('authorization') ?? '')?.[1];
  if (given === undefined) throw new GatewayError('UNAUTHENTICATED', 'The request carries no bearer token.');
  const digest = tokenDigest(given);
  if (deps.adminTokenDigest !== null && sameDigest(digest, deps.adminTokenDigest)) {
    return { tokenId: 'admin', name: 'administrator', roles: ROLES, scope: 'all' };
  }
  const token = await deps.store.findToken(digest);
  if (token === null || token.revokedAtMs !== null)
    throw new GatewayError('UNAUTHENTICATED', 'The token is not known, or was revoked.');
  return { tokenId: token.id, name: token.name, roles: token.roles, scope: token.accounts };
}

function sameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')];
  return left.length === right.length && timingSafeEqual(left, right);
}
