import { problemText } from '@/shared/problem';
import { showToast } from '@/shared/ui/Toast';
import { ProofCancelled, withProof } from './proof';

export interface ActOptions {
  /** What happened, in a few words. */
  readonly done?: string;
  readonly undo?: () => void;
}

/** One press, one request: says what happened or why not. True if it happened. */
export async function act(work: () => Promise<unknown>, { done, undo }: ActOptions = {}): Promise<boolean> {
  try {
    await withProof(work);
  } catch (error) {
    if (!(error instanceof ProofCancelled)) showToast(problemText(error), { isError: true });
    return false;
  }
  if (done !== undefined) showToast(done, { undo });
  return true;
}
