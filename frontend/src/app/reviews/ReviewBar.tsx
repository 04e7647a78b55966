/** Above the box: answers of this conversation that wait for a review, or came back from one. */
import { Check, Clock, Paperclip, Pencil, ScanEye, Send, Undo2, X } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { Problem } from '@/shared/api/http';
import type { Content, Conversation, Review } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatNear } from '@/shared/format/times';
import { hasText, t } from '@/shared/i18n';
import { setDraft } from '@/shared/outbox/drafts';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { draftKey } from '@/shared/store/state';
import { getState, useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { showToast } from '@/shared/ui/Toast';
import { focusComposer } from '../composer/focus';
import { describeContent, kindOfContent, wordOfKind } from '../inbox/describe';
import { postApproveReview, postReturnReview, postReviewAgain, postWithdrawReview } from './calls';
import { kept, reviewsOf, waitsForMe, withWords, wordsOf } from './reviews';

const ConfirmDialog = lazy(async () => ({ default: (await import('@/shared/ui/Dialog')).ConfirmDialog }));

export default function ReviewBar({ conversation }: { readonly conversation: Conversation }) {
  const reviews = useStore((state) => state.reviews);
  return (
    <div className="my-2 flex max-h-[45dvh] flex-col gap-2 overflow-y-auto">
      {reviewsOf({ reviews }, conversation.id).map((review) => (
        <ReviewCard key={review.id} review={review} />
      ))}
    </div>
  );
}

function ReviewCard({ review }: { readonly review: Review }) {
  const agents = useStore((state) => state.agents);
  const quoted = useStore((state) => (review.quoted_id === null ? undefined : state.messages.get(review.quoted_id)));
  const now = useMinute();
  const [edited, setEdited] = useState<readonly Content[] | null>(null);
  const isMine = review.is_mine;
  const nameOf = (id: string | null) => (id === null ? undefined : agents.get(id)?.name) ?? t('line.somebody');
  const title = isMine
    ? review.state === 'returned'
      ? t('review.came_back')
      : t('review.waits', { name: addressedTo(review, nameOf) })
    : t('review.asks', { name: nameOf(review.author_id) });
  return (
    <section
      aria-label={title}
      className={cx(
        'rounded-lg border bg-canvas px-3 py-2 text-13',
        waitsForMe(review) || review.state === 'returned' ? 'border-accent' : 'border-line',
      )}
    >
      <header className="flex items-center gap-2">
        <ScanEye aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-accent" />
        <h3 dir="auto" className="min-w-0 flex-1 truncate font-semibold">
          {title}
        </h3>
        <time dateTime={review.asked_at} className="tabular shrink-0 text-12 text-muted">
          {formatNear(review.asked_at, now)}
        </time>
      </header>
      {review.note !== '' && (
        <p dir="auto" className="pt-1 text-muted">
          {review.note}
        </p>
      )}
      {review.state === 'returned' && <CameBack review={review} name={nameOf(review.decided_by)} />}
      {quoted && (
        <p dir="auto" className="mt-1.5 truncate border-s-2 border-accent ps-2 text-12 text-muted">
          {describeContent(quoted.content)}
        </p>
      )}
      <Parts review={review} edited={edited} onEdited={setEdited} />
      {isMine ? (
        <AuthorActs review={review} edited={edited} onEdited={setEdited} />
      ) : (
        <ReviewerActs review={review} edited={edited} onEdited={setEdited} />
      )}
    </section>
  );
}

function addressedTo(review: Review, nameOf: (id: string | null) => string): string {
  if (review.reviewer_id !== null) return nameOf(review.reviewer_id);
  const team = review.team_id === null ? undefined : getState().teams.get(review.team_id);
  return team?.name ?? t('review.anybody');
}

function CameBack({ review, name }: { readonly review: Review; readonly name: string }) {
  const ofKind = `problem.${review.reason}`;
  const why = review.reason === '' ? '' : said(review.reason, hasText(ofKind) ? t(ofKind) : review.reason_text);
  return (
    <p dir="auto" className="mt-1 rounded-md bg-warn-tint px-2 py-1">
      {why !== '' ? t('review.not_sent', { name, why }) : t('review.answer', { name, text: review.answer || '–' })}
    </p>
  );
}

interface EditProps {
  readonly review: Review;
  /** Null: as it is. */
  readonly edited: readonly Content[] | null;
  readonly onEdited: (contents: readonly Content[] | null) => void;
}

/** What is to go out, message by message; while it is changed, its words stand in boxes. */
function Parts({ review, edited, onEdited }: EditProps) {
  const contents = edited ?? review.contents;
  return (
    <ol className="flex flex-col gap-1.5 py-2">
      {contents.map((content, index) => {
        const words = wordsOf(content);
        return (
          <li key={index} className="flex flex-col gap-1">
            {content.kind === 'media' && <FileOf content={content} review={review} />}
            {edited && words !== null ? (
              <textarea
                autoFocus={index === 0}
                dir="auto"
                rows={2}
                value={words}
                aria-label={t('review.words')}
                onChange={(event) =>
                  onEdited(contents.map((one, place) => (place === index ? withWords(one, event.target.value) : one)))
                }
                className="field-sizing-content max-h-[30dvh] min-h-14 w-full rounded-md border border-line-strong bg-raised px-2.5 py-1.5 text-14 pointer-coarse:text-16"
              />
            ) : (
              (content.kind !== 'media' || words !== '') && (
                <p
                  dir="auto"
                  className="rounded-md bg-accent-soft px-2.5 py-1.5 text-14 wrap-anywhere whitespace-pre-wrap"
                >
                  {describeContent(content) || wordOfKind(kindOfContent(content))}
                </p>
              )
            )}
          </li>
        );
      })}
    </ol>
  );
}

function FileOf({
  content,
  review,
}: {
  readonly content: Extract<Content, { kind: 'media' }>;
  readonly review: Review;
}) {
  const file = review.files[content.file_id];
  const name = file?.name || wordOfKind(kindOfContent(content));
  if (!file) return <span className="text-muted">{name}</span>;
  if (file.mime.startsWith('image/')) {
    return (
      <a href={file.url} target="_blank" rel="noopener noreferrer" className="self-start">
        <img src={file.url} alt={name} className="max-h-32 rounded-md" />
      </a>
    );
  }
  return (
    <a
      href={file.url}
      target="_blank"
      rel="noopener noreferrer"
      className="flex min-h-6 items-center gap-1.5 self-start text-accent hover:underline"
    >
      <Paperclip aria-hidden size={14} strokeWidth={1.75} />
      <bdi>{name}</bdi>
    </a>
  );
}

/** Once at a time, and what the server says against it. */
function useActs() {
  const [isBusy, setBusy] = useState(false);
  const run = async (work: () => Promise<void>): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    try {
      await work();
    } catch (error) {
      showToast(problemText(error), { isError: true });
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, run };
}

function ReviewerActs({ review, edited, onEdited }: EditProps) {
  const { isBusy, run } = useActs();
  const author = useStore((state) => state.agents.get(review.author_id)?.name ?? '');
  const [answer, setAnswer] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ isOwn: boolean } | null>(null);
  const approve = (isOwn: boolean, despiteAnswers = false) =>
    run(async () => {
      try {
        const contents = edited && kept(edited);
        const after = await postApproveReview(review.id, {
          contents,
          is_own: isOwn,
          despite_answers: despiteAnswers,
        });
        if (after.state === 'sent') return showToast(t('review.sent'));
        const why = said(after.reason, after.reason_text);
        showToast(t('review.went_back', { name: author, why }), { isError: true });
      } catch (error) {
        if (!(error instanceof Problem) || error.reason !== 'review_answered_since') throw error;
        setAsked({ isOwn });
      }
    });
  const giveBack = () =>
    run(async () => {
      await postReturnReview(review.id, { answer: (answer ?? '').trim(), contents: edited && kept(edited) });
      showToast(t('review.given_back', { name: author }));
    });
  if (answer !== null) {
    return (
      <form
        className="flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          void giveBack();
        }}
      >
        <input
          autoFocus
          dir="auto"
          maxLength={1000}
          value={answer}
          aria-label={t('review.answer_label', { name: author })}
          placeholder={t('review.answer_label', { name: author })}
          onChange={(event) => setAnswer(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setAnswer(null)}
          className="h-8 min-w-40 flex-1 rounded-md border border-line-strong bg-raised px-2 text-14 pointer-coarse:h-11 pointer-coarse:text-16"
        />
        <Button size="small" look="plain" onClick={() => setAnswer(null)}>
          {t('common.cancel')}
        </Button>
        <Button size="small" look="filled" type="submit" isBusy={isBusy}>
          {t('review.give_back')}
        </Button>
      </form>
    );
  }
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="small" look="filled" icon={Check} isBusy={isBusy} onClick={() => void approve(false)}>
        {t('review.approve')}
      </Button>
      <Button size="small" icon={Pencil} onClick={() => onEdited(edited ? null : review.contents)}>
        {edited ? t('review.as_it_was') : t('review.edit')}
      </Button>
      <Button size="small" icon={Undo2} onClick={() => setAnswer('')}>
        {t('review.give_back')}
      </Button>
      <Button size="small" look="plain" icon={Send} isBusy={isBusy} onClick={() => void approve(true)}>
        {t('review.send_own')}
      </Button>
      {asked && (
        <Suspense fallback={null}>
          <ConfirmDialog
            open
            onOpenChange={() => setAsked(null)}
            title={t('review.answered_title')}
            description={t('review.answered_text')}
            action={t('review.send_all_the_same')}
            onConfirm={() => {
              setAsked(null);
              void approve(asked.isOwn, true);
            }}
          />
        </Suspense>
      )}
    </div>
  );
}

function AuthorActs({ review, edited, onEdited }: EditProps) {
  const { isBusy, run } = useActs();
  const withdraw = () =>
    run(async () => {
      const { contents } = await postWithdrawReview(review.id);
      const text = contents.map((content) => wordsOf(content) ?? '').find((words) => words !== '') ?? '';
      // Never over what stands there.
      if (text !== '' && !getState().drafts.get(draftKey(review.conversation_id, 'reply'))?.text) {
        setDraft(review.conversation_id, 'reply', text);
      }
      focusComposer('reply');
    });
  const again = () =>
    run(async () => {
      const { reviewer_id, team_id } = review;
      await postReviewAgain(review.id, { reviewer_id, team_id, note: '', contents: edited && kept(edited) });
      onEdited(null);
      showToast(t('review.asked'));
    });
  return (
    <div className="flex flex-wrap gap-2">
      {(edited || review.state === 'returned') && (
        <Button size="small" look="filled" icon={ScanEye} isBusy={isBusy} onClick={() => void again()}>
          {t('review.ask_again')}
        </Button>
      )}
      <Button size="small" icon={edited ? Clock : Pencil} onClick={() => onEdited(edited ? null : review.contents)}>
        {edited ? t('review.as_it_was') : t('review.edit')}
      </Button>
      <Button size="small" look="plain" icon={X} isBusy={isBusy} onClick={() => void withdraw()}>
        {t('review.withdraw')}
      </Button>
    </div>
  );
}
