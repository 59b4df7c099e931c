import type { AnswerMeaning, Fetching, ProviderAnswer } from '#adapter/provider-call.ts';
import type { Secrets, Settings } from './settings.ts';

/** What `return.changed` points to. The answer has the form of a webhook, with everything told so far, newest first. */
export const fetching: Fetching<Settings, Secrets> = {
  kinds: ['return'],
  request({ id }, { secrets }) {
    if (secrets.api === undefined) return null;
    return {
      method: 'GET',
      path: `/returns/${encodeURIComponent(id)}`,
      headers: { 'x-api-key': secrets.api.reveal() },
    };
  },
  meaning,
  limits: () => [{ calls: 60, perSeconds: 60 }],
};

/** A return that is being written down is answered 200 without a word of it. */
function meaning({ status, body }: ProviderAnswer): AnswerMeaning | null {
  return status === 200 && body.byteLength === 0 ? { outcome: 'nothing' } : null;
}
