/** The requests of reviews, beside the list of them, which the desk loads with its other lists. */
import { answerOf, client } from '@/shared/api/client';
import type { Content, Id, OutgoingContent, Review } from '@/shared/api/types';
import { wireContent } from '@/shared/api/wire';

export interface Addressee {
  /** Neither: anybody who may review. */
  readonly reviewer_id: Id | null;
  readonly team_id: Id | null;
}

export interface ReviewWish extends Addressee {
  id: Id;
  contents: readonly OutgoingContent[];
  quoted_id: Id | null;
  note: string;
}

export function postReview(conversationId: Id, wish: ReviewWish): Promise<Review> {
  return answerOf(
    client.POST('/api/conversations/{conversation_id}/reviews', {
      params: { path: { conversation_id: conversationId } },
      body: { ...wish, contents: wish.contents.map(wireContent) },
    }),
  );
}

export function postReviewAgain(
  id: Id,
  wish: Addressee & { contents: readonly Content[] | null; note: string },
): Promise<Review> {
  return answerOf(
    client.POST('/api/reviews/{review_id}/ask', {
      params: { path: { review_id: id } },
      body: { ...wish, contents: onWire(wish.contents) },
    }),
  );
}

export function postWithdrawReview(id: Id): Promise<Review> {
  return answerOf(client.POST('/api/reviews/{review_id}/withdraw', { params: { path: { review_id: id } } }));
}

export function postApproveReview(
  id: Id,
  wish: { contents: readonly Content[] | null; is_own: boolean; despite_answers: boolean },
): Promise<Review> {
  return answerOf(
    client.POST('/api/reviews/{review_id}/approve', {
      params: { path: { review_id: id } },
      body: { ...wish, contents: onWire(wish.contents) },
    }),
  );
}

export function postReturnReview(
  id: Id,
  wish: { contents: readonly Content[] | null; answer: string },
): Promise<Review> {
  return answerOf(
    client.POST('/api/reviews/{review_id}/return', {
      params: { path: { review_id: id } },
      body: { ...wish, contents: onWire(wish.contents) },
    }),
  );
}

/** Null: as it is. */
function onWire(contents: readonly Content[] | null) {
  return contents && contents.map((content) => wireContent(content as OutgoingContent));
}
