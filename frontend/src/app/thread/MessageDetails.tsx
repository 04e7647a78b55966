/** All that is known of a message: its times, every try to send it, and what stood there before. */
import { useEffect, useState } from 'react';
import { fetchAttempts, fetchHistory } from '@/shared/api/calls';
import { useSignedIn } from '@/shared/api/session';
import type { Attempt, EarlierContent, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { Dialog } from '@/shared/ui/Dialog';
import { InlineError } from '@/shared/ui/InlineError';
import { describeContent } from '../inbox/describe';
import { formatExact } from './times';

export default function MessageDetails({
  message,
  onClose,
}: {
  readonly message: Message;
  readonly onClose: () => void;
}) {
  const [attempts, setAttempts] = useState<readonly Attempt[]>([]);
  const [history, setHistory] = useState<readonly EarlierContent[]>([]);
  const [error, setError] = useState('');
  const { id, direction, edited_at, content } = message;
  // What is said in a sound is written anew without the message being edited.
  const mayHaveEarlier = edited_at !== null || (content.kind === 'media' && content.media === 'audio');
  const seesEarlier = useSignedIn().agent.permissions.includes('messages:read_earlier');
  useEffect(() => {
    let isCurrent = true;
    const fail = (problem: unknown) => isCurrent && setError(problemText(problem));
    if (direction === 'outgoing') fetchAttempts(id).then((found) => isCurrent && setAttempts(found), fail);
    if (mayHaveEarlier && seesEarlier) fetchHistory(id).then((found) => isCurrent && setHistory(found), fail);
    return () => {
      isCurrent = false;
    };
  }, [id, direction, mayHaveEarlier, seesEarlier]);
  const isIncoming = direction === 'incoming';
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={t('thread.details')}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-13">
        {isIncoming && <Time term={t('details.written')} at={message.written_at ?? message.at} />}
        <Time term={isIncoming ? t('details.received') : t('details.made')} at={message.created_at} />
        <Time term={t('message.edited')} at={edited_at} />
        <Time term={t('details.deleted')} at={message.deleted_at} />
      </dl>
      {attempts.map((attempt, index) => (
        <section key={attempt.id} aria-label={t('details.attempt', { number: index + 1 })}>
          <h3 className="pb-1 text-12 font-medium text-muted">{t('details.attempt', { number: index + 1 })}</h3>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-13">
            <Time term={t('tick.sent')} at={attempt.sent_at} />
            <Time term={t('tick.delivered')} at={attempt.delivered_at} />
            <Time term={t('tick.read')} at={attempt.read_at} />
            <Time term={t('tick.failed')} at={attempt.failed_at} />
          </dl>
          {attempt.error_text && (
            <p className="pt-1 text-13 text-danger">{said(attempt.error_code ?? '', attempt.error_text)}</p>
          )}
        </section>
      ))}
      {history.length > 0 && (
        <section aria-label={t('details.before')}>
          <h3 className="pb-1 text-12 font-medium text-muted">{t('details.before')}</h3>
          <ol className="flex flex-col gap-2">
            {history.map((earlier, index) => (
              <li key={index} className="rounded-md bg-canvas px-3 py-2">
                <p dir="auto" className="break-words whitespace-pre-wrap">
                  {(earlier.content.kind === 'media' && earlier.content.spoken?.text) ||
                    describeContent(earlier.content)}
                </p>
                <p className="tabular text-12 text-muted">
                  {t('details.until', { time: formatExact(earlier.replaced_at) })}
                </p>
              </li>
            ))}
          </ol>
        </section>
      )}
      {error !== '' && <InlineError>{error}</InlineError>}
    </Dialog>
  );
}

function Time({ term, at }: { readonly term: string; readonly at: string | null }) {
  if (at === null) return null;
  return (
    <>
      <dt className="text-muted">{term}</dt>
      <dd className="tabular">
        <time dateTime={at}>{formatExact(at)}</time>
      </dd>
    </>
  );
}
