/** The typed door to the server: paths, parameters and answers are checked against its document. */
import createClient from 'openapi-fetch';
import type { paths } from '../schema';
import { getCsrfToken, Problem, reportSignedOut } from './http';

export const client = createClient<paths>({ baseUrl: '', credentials: 'same-origin' });

client.use({
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('X-CSRF-Token', getCsrfToken());
    return request;
  },
});

type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

/** What was asked for. Raises Problem, whatever went wrong. */
export async function answerOf<T>(call: Answer<T>): Promise<T> {
  const { data, error, response } = await call.catch((reason: unknown) => {
    throw reason instanceof DOMException ? reason : new Problem(0, {});
  });
  // An answer without a body is what was asked for, too: its type is undefined.
  if (response.ok) return data as T;
  if (response.status === 401) reportSignedOut();
  throw new Problem(response.status, typeof error === 'object' && error !== null ? error : {});
}
