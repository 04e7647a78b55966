/** Answers that wait for my word, and mine that wait or came back. */
import { Link } from 'wouter';
import type { Review } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { formatRowTime } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { EmptyState } from '@/shared/ui/EmptyState';
import { describeContent, kindOfContent, wordOfKind } from '../inbox/describe';
import { paths } from '../paths';
import { waitsForMe } from './reviews';

export default function ReviewsPage() {
  const reviews = useStore((state) => state.reviews);
  const toReview = reviews.filter(waitsForMe);
  const mine = reviews.filter((one) => one.is_mine);
  return (
    <main className="flex h-full min-h-0 flex-col overflow-y-auto bg-surface">
      <div className="mx-auto w-full max-w-3xl px-6 py-6 max-md:px-4">
        <h1 className="pb-4 text-20 font-semibold">{t('review.title')}</h1>
        {reviews.length === 0 && <EmptyState title={t('review.empty')} text={t('review.empty_text')} />}
        <Section title={t('review.to_review')} reviews={toReview} />
        <Section title={t('review.mine')} reviews={mine} />
      </div>
    </main>
  );
}

function Section({ title, reviews }: { readonly title: string; readonly reviews: readonly Review[] }) {
  if (reviews.length === 0) return null;
  return (
    <section aria-label={title} className="pt-4">
      <h2 className="border-b border-line pb-2 text-14 font-semibold">{title}</h2>
      <ul>
        {reviews.map((review) => (
          <Row key={review.id} review={review} />
        ))}
      </ul>
    </section>
  );
}

function Row({ review }: { readonly review: Review }) {
  const now = useMinute();
  const author = useStore((state) => state.agents.get(review.author_id));
  const [first] = review.contents;
  const isBack = review.state === 'returned';
  return (
    <li className="border-b border-line">
      <Link
        href={paths.inbox('open', review.conversation_id)}
        className="flex min-h-14 items-start gap-3 rounded-md px-2 py-2.5 hover:bg-hover"
      >
        <Avatar name={author?.name ?? ''} seed={review.author_id} size={28} isSelf={review.is_mine} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline gap-2">
            <bdi className="min-w-0 truncate text-14 font-medium">{review.contact.name}</bdi>
            <span dir="auto" className={cx('shrink-0 text-12', isBack ? 'font-medium text-danger' : 'text-muted')}>
              {isBack ? t('review.came_back') : review.is_mine ? t('review.waiting') : (author?.name ?? '')}
            </span>
          </span>
          <span dir="auto" className="block truncate text-aligned text-13 text-muted">
            {first && (describeContent(first) || wordOfKind(kindOfContent(first)))}
          </span>
        </span>
        <time dateTime={review.asked_at} className="tabular shrink-0 text-12 text-muted">
          {formatRowTime(review.asked_at, now)}
        </time>
      </Link>
    </li>
  );
}
