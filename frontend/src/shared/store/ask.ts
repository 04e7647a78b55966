import { getState } from './store';

/** An answer, with what had been heard when it was asked for: what the feed says meanwhile knows more. */
export async function ask<T>(work: () => Promise<T>): Promise<{ readonly answer: T; readonly position: number }> {
  const { position } = getState();
  return { answer: await work(), position };
}
