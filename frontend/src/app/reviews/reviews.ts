/** What of the reviews one has to do with stands where. Pure. */
import type { Content, Id, Review } from '@/shared/api/types';
import type { State } from '@/shared/store/state';

type Known = Pick<State, 'reviews'>;

/** Those of one conversation: what waits for my word first, then what of mine waits or came back. */
export function reviewsOf({ reviews }: Known, conversationId: Id): readonly Review[] {
  const here = reviews.filter((one) => one.conversation_id === conversationId);
  return [...here.filter(waitsForMe), ...here.filter((one) => !waitsForMe(one))];
}

export function waitsForMe(review: Review): boolean {
  return review.state === 'asked' && review.may_decide && !review.is_mine;
}

export function countToReview({ reviews }: Known): number {
  return reviews.filter(waitsForMe).length;
}

/** Of mine, those that came back: I have to do something. */
export function countReturned({ reviews }: Known): number {
  return reviews.filter((one) => one.is_mine && one.state === 'returned').length;
}

/** The words that may be changed in a message before it goes out; null: it has none of its own. */
export function wordsOf(content: Content): string | null {
  if (content.kind === 'text') return content.text;
  return content.kind === 'media' ? (content.caption ?? '') : null;
}

export function withWords(content: Content, words: string): Content {
  if (content.kind === 'text') return { ...content, text: words };
  return content.kind === 'media' ? { ...content, caption: words } : content;
}

/** A text that was emptied says nothing any more and does not go out. */
export function kept(contents: readonly Content[]): readonly Content[] {
  return contents.filter((content) => content.kind !== 'text' || content.text.trim() !== '');
}
