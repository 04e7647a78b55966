import { ChevronDown, ChevronRight } from 'lucide-react';
import { useId, useState, type ReactNode } from 'react';
import { Link } from 'wouter';
import { paths } from '@/app/paths';
import { t } from '@/shared/i18n';
import { formatMoment } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { Badge } from '@/shared/ui/Badge';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';
import { act } from '../act';
import { Rows } from '../parts/Rows';
import type { Dispatch, DispatchDetail } from '../types';
import { useDispatch, useDispatches, type useWebhookChanges } from './useWebhooks';
import { causeText, progressText, tryText } from './words';

const LOOKS = { waiting: 'accent', told: 'ok', failed: 'danger' } as const;

interface DispatchListProps {
  readonly webhookId: string;
  readonly state?: 'failed';
  readonly changes: ReturnType<typeof useWebhookChanges>;
}

/** What a webhook was told and is to be told, each line with its tries behind it. */
export function DispatchList({ webhookId, state, changes }: DispatchListProps) {
  const query = useDispatches(webhookId, state);
  if (query.isError) return <InlineError>{problemText(query.error)}</InlineError>;
  if (query.data === undefined) return <Skeleton />;
  const dispatches = query.data.pages.flatMap((page) => page.items);
  if (dispatches.length === 0) return <EmptyState title={t('webhooks.log_none')} text={t('webhooks.log_none_text')} />;
  return (
    <div className="flex flex-col gap-4">
      <Rows label={t('webhooks.log')}>
        {dispatches.map((dispatch) => (
          <DispatchRow
            key={dispatch.id}
            dispatch={dispatch}
            onReplay={() => void act(() => changes.replay(dispatch.id), { done: t('webhooks.replayed') })}
          />
        ))}
      </Rows>
      {query.hasNextPage && (
        <Button className="self-start" isBusy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </div>
  );
}

function DispatchRow({ dispatch, onReplay }: { readonly dispatch: Dispatch; readonly onReplay: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const Chevron = isOpen ? ChevronDown : ChevronRight;
  return (
    <li className="py-2">
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
        className="flex min-h-11 w-full items-center gap-3 rounded-md text-start hover:bg-hover"
      >
        <Chevron aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted rtl:-scale-x-100" />
        <span className="min-w-0 flex-1">
          <span className="block text-14 font-medium first-letter:uppercase">{causeText(dispatch)}</span>
          <span className="block text-13 text-muted">
            <time dateTime={dispatch.created_at}>{formatMoment(dispatch.created_at)}</time>
            {progressText(dispatch) !== '' && ` · ${progressText(dispatch)}`}
          </span>
        </span>
        <Badge state={LOOKS[dispatch.state]}>{t(`webhooks.state_${dispatch.state}`)}</Badge>
      </button>
      <div id={id} hidden={!isOpen}>
        {isOpen && <Detail dispatch={dispatch} onReplay={onReplay} />}
      </div>
    </li>
  );
}

function Detail({ dispatch, onReplay }: { readonly dispatch: Dispatch; readonly onReplay: () => void }) {
  const { data, error } = useDispatch(dispatch);
  if (error) return <InlineError>{problemText(error)}</InlineError>;
  if (data === undefined) return <Skeleton />;
  return (
    <div className="flex flex-col gap-3 ps-7 pt-1 pb-2">
      {dispatch.answer_outcome !== '' && (
        <p className="text-13">
          {t(`webhooks.outcome_${dispatch.answer_outcome}`, {
            why: said(dispatch.answer_reason, dispatch.answer_text, {}),
          })}
        </p>
      )}
      <Titled title={t('webhooks.said')}>
        <Code text={JSON.stringify(data.said, null, 2)} />
      </Titled>
      {data.tries.length > 0 && <Tries tries={data.tries} />}
      <div className="flex flex-wrap gap-2">
        {dispatch.state !== 'waiting' && (
          <Button size="small" onClick={onReplay}>
            {t('webhooks.replay')}
          </Button>
        )}
        {dispatch.conversation_id !== null && (
          <Link
            href={paths.inbox('open', dispatch.conversation_id)}
            className="flex min-h-8 items-center text-13 text-accent hover:underline"
          >
            {t('webhooks.conversation')}
          </Link>
        )}
      </div>
    </div>
  );
}

function Tries({ tries }: { readonly tries: DispatchDetail['tries'] }) {
  return (
    <Titled title={t('webhooks.attempts')}>
      <ol className="flex flex-col gap-2">
        {tries.map((one) => (
          <li key={one.number} className="text-13">
            <time dateTime={one.at} className="text-muted">
              {formatMoment(one.at)}
            </time>{' '}
            · {tryText(one)}
            {one.answer !== '' && <Code text={one.answer} label={t('webhooks.answered')} />}
          </li>
        ))}
      </ol>
    </Titled>
  );
}

function Titled({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="flex flex-col gap-1">
      <h3 className="text-13 font-medium text-muted">{title}</h3>
      {children}
    </section>
  );
}

/** Somebody else's words: shown as they are, never as a page. */
function Code({ text, label }: { readonly text: string; readonly label?: string }) {
  return (
    <pre
      dir="ltr"
      tabIndex={0}
      aria-label={label}
      className="max-h-60 overflow-auto rounded-md border border-line p-2 text-start font-mono text-12 break-words whitespace-pre-wrap"
    >
      {text}
    </pre>
  );
}
