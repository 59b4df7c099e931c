import { describe, expect, it } from 'vitest';
import { type RevisionRow, ROLES, type TokenRow } from '../../../src/storage/store.ts';
import { type OpenAt, withStore } from './harness.ts';
import { ACCOUNT, DAY, inboundRow, kept, T0 } from './rows.ts';

const DIGEST = 'ab'.repeat(32);

const token = (id: string, changes: Partial<TokenRow> = {}): TokenRow => ({
  id,
  name: 'console',
  roles: ['viewer', 'on_call'],
  accounts: [ACCOUNT],
  createdAtMs: T0,
  createdBy: 'jo',
  revokedAtMs: null,
  ...changes,
});

const revision = (id: string, path: string, changes: Partial<RevisionRow> = {}): RevisionRow => ({
  id,
  account: ACCOUNT,
  path,
  digest: 'd1',
  content: { name: 'Acme' },
  differences: [{ path: '/name', before: null, after: 'Acme' }],
  author: 'jo',
  reason: 'first',
  effectiveFromMs: T0,
  createdAtMs: T0,
  ...changes,
});

export function describeAdministration(open: OpenAt): void {
  describe('tokens', () => {
    const harness = withStore(open);

    it('are found by their digest over a restart', async () => {
      await harness.store.addToken(token('tok_1'), DIGEST);
      await harness.store.addToken(token('tok_2', { accounts: 'all', createdAtMs: T0 + 1 }), 'cd'.repeat(32));

      await harness.reopen();

      expect(await harness.store.findToken(DIGEST)).toEqual(token('tok_1'));
      expect(await harness.store.findToken('00'.repeat(32))).toBeNull();
      expect(await harness.store.listTokens()).toEqual([
        token('tok_1'),
        token('tok_2', { accounts: 'all', createdAtMs: T0 + 1 }),
      ]);
    });

    it('have a first administrator once, and another once none lives', async () => {
      const administrator = (id: string) => token(id, { roles: ROLES, accounts: 'all' });
      const digest = (number: number) => String(number).repeat(64);
      await harness.store.addToken(token('tok_1', { roles: ROLES }), digest(1));
      await harness.store.addToken(token('tok_2', { accounts: 'all' }), digest(2));

      const first = await harness.store.addFirstAdministrator(administrator('tok_3'), digest(3));
      const second = await harness.store.addFirstAdministrator(administrator('tok_4'), digest(4));
      await harness.store.revokeToken('tok_3', T0 + 1);
      const third = await harness.store.addFirstAdministrator(administrator('tok_5'), digest(5));

      expect([first, second, third]).toEqual([true, false, true]);
      expect(await harness.store.findToken(digest(3))).toEqual({ ...administrator('tok_3'), revokedAtMs: T0 + 1 });
      expect(await harness.store.findToken(digest(4))).toBeNull();
      expect(await harness.store.findToken(digest(5))).toEqual(administrator('tok_5'));
    });

    it('show when they were revoked, the first time', async () => {
      await harness.store.addToken(token('tok_1'), DIGEST);

      const revoked = await harness.store.revokeToken('tok_1', T0 + 5);
      await harness.store.revokeToken('tok_1', T0 + 9);

      expect(revoked).toEqual(token('tok_1', { revokedAtMs: T0 + 5 }));
      expect(await harness.store.findToken(DIGEST)).toEqual(token('tok_1', { revokedAtMs: T0 + 5 }));
      expect(await harness.store.revokeToken('tok_none', T0)).toBeNull();
    });
  });

  describe('configuration revisions', () => {
    const harness = withStore(open);

    it('are kept, and the newest of every file is current', async () => {
      const gateway = revision('rev_1', 'retour.yaml', { account: null });
      const second = revision('rev_3', 'accounts/acme-outdoor.yaml', {
        digest: 'd2',
        content: null,
        createdAtMs: T0 + 1,
      });
      await harness.store.addRevisions([gateway, revision('rev_2', 'accounts/acme-outdoor.yaml')]);
      await harness.store.addRevisions([second]);

      await harness.reopen();

      expect(await harness.store.currentRevisions()).toEqual([second, gateway]);
    });

    it('are not made again by another start that finds the same file changed, but by one that changes it back', async () => {
      const changed = revision('rev_2', 'retour.yaml', { digest: 'd2' });
      await harness.store.addRevisions([revision('rev_1', 'retour.yaml')]);
      await harness.store.addRevisions([changed]);
      await harness.store.addRevisions([revision('rev_3', 'retour.yaml', { digest: 'd2' })]);

      const unchanged = await harness.store.currentRevisions();
      await harness.store.addRevisions([revision('rev_4', 'retour.yaml')]);

      expect(unchanged).toEqual([changed]);
      expect((await harness.store.currentRevisions()).map(({ id }) => id)).toEqual(['rev_4']);
    });
  });

  describe('idempotency keys', () => {
    const harness = withStore(open);
    const key = (
      changes: { readonly bodyDigest?: string; readonly route?: string; readonly tokenId?: string } = {},
    ) => ({
      tokenId: 'tok_1',
      route: 'POST /v1/tokens',
      key: 'k1',
      bodyDigest: 'd1',
      ...changes,
    });

    it('replay the answer for the same body and refuse another', async () => {
      const began = await harness.store.beginIdempotent(key(), T0);
      const running = await harness.store.beginIdempotent(key(), T0);
      await harness.store.finishIdempotent(key(), { status: 201, body: '{"id":"tok_2"}' });
      await harness.reopen();

      expect(began).toEqual({ outcome: 'new' });
      expect(running).toEqual({ outcome: 'running' });
      expect(await harness.store.beginIdempotent(key(), T0 + 1)).toEqual({
        outcome: 'replay',
        status: 201,
        body: '{"id":"tok_2"}',
      });
      expect(await harness.store.beginIdempotent(key({ bodyDigest: 'd2' }), T0 + 1)).toEqual({ outcome: 'mismatch' });
    });

    it('belong to a token and a route', async () => {
      await harness.store.beginIdempotent(key(), T0);

      expect(await harness.store.beginIdempotent(key({ tokenId: 'tok_2' }), T0)).toEqual({ outcome: 'new' });
      expect(await harness.store.beginIdempotent(key({ route: 'POST /v1/returns' }), T0)).toEqual({ outcome: 'new' });
    });

    it('are free again after a failure, and after a day', async () => {
      await harness.store.beginIdempotent(key(), T0);
      await harness.store.finishIdempotent(key(), null);
      const again = await harness.store.beginIdempotent(key(), T0 + 1);
      await harness.store.finishIdempotent(key(), { status: 201, body: '' });

      expect(again).toEqual({ outcome: 'new' });
      expect(await harness.store.beginIdempotent(key(), T0 + DAY)).toEqual({
        outcome: 'replay',
        status: 201,
        body: '',
      });
      expect(await harness.store.beginIdempotent(key({ bodyDigest: 'd2' }), T0 + DAY + 1)).toEqual({ outcome: 'new' });
    });
  });

  describe('purgeExpired', () => {
    const harness = withStore(open);

    it('deletes expired keys, tells how many, and leaves the others', async () => {
      const many = Array.from({ length: 450 }, (_, index) =>
        inboundRow(`inb_${index}`, { dedupe: { key: `k${index}`, expiresAtMs: T0 + 1 + (index % 2) } }),
      );
      await kept(harness.store, ...many);
      await harness.store.beginIdempotent({ tokenId: 't', route: 'r', key: 'k', bodyDigest: 'd' }, T0 + 1 - DAY);

      const purged = await harness.store.purgeExpired(T0 + 1);
      const again = await harness.store.purgeExpired(T0 + 1);

      expect([purged, again]).toEqual([226, 0]);
      const redelivered = inboundRow('inb_x', {
        text: '{"row":"inb_1"}',
        dedupe: { key: 'k1', expiresAtMs: T0 + DAY },
      });
      expect(await harness.store.keepInbound([redelivered])).toEqual([{ outcome: 'duplicate', id: 'inb_1' }]);
    });
  });
}
