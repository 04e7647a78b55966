/** One conversation: its header, its messages, the place to answer. */
import { useCallback, useState } from 'react';
import type { Id, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Composer } from '../composer/Composer';
import { focusComposer } from '../composer/focus';
import { useConversation } from '../inbox/select';
import { MessageList } from './MessageList';
import { SnoozeBar } from './SnoozeBar';
import { ThreadHeader } from './ThreadHeader';
import { useReading, useThread, type Failure } from './useThread';

export interface ThreadProps {
  readonly conversationId: Id;
  readonly onBack: () => void;
  readonly onResolved: () => void;
  readonly onContext: () => void;
  readonly isContextOpen: boolean;
}

export function Thread({ conversationId, onBack, onResolved, onContext, isContextOpen }: ThreadProps) {
  const conversation = useConversation(conversationId);
  const channel = useStore((state) => state.channels.get(conversation?.channel_id ?? ''));
  const { rows, isLoaded, hasOlder, failure, retry } = useThread(conversation, conversationId);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [quoted, setQuoted] = useState<Message | null>(null);
  useReading(conversation, isAtEnd && isLoaded);

  const quote = useCallback((message: Message) => {
    setQuoted(message);
    focusComposer('reply');
  }, []);
  const onTemplate = useCallback(() => focusComposer('template'), []);
  const canQuote = channel?.capabilities.has_quotes ?? false;
  const canReact = channel?.capabilities.has_reactions ?? false;
  const [can, setCan] = useState({ quote: canQuote, react: canReact });
  if (can.quote !== canQuote || can.react !== canReact) setCan({ quote: canQuote, react: canReact });

  if (!conversation) {
    return failure ? <Failed failure={failure} onRetry={retry} onBack={onBack} /> : <Skeleton className="p-5" />;
  }
  return (
    <section
      aria-label={t('thread.label', { name: conversation.contact.name })}
      className="flex min-h-0 flex-1 flex-col"
    >
      <ThreadHeader
        conversation={conversation}
        onBack={onBack}
        onResolved={onResolved}
        onContext={onContext}
        isContextOpen={isContextOpen}
      />
      {conversation.state === 'snoozed' && <SnoozeBar conversation={conversation} />}
      {isLoaded ? (
        <MessageList
          conversationId={conversationId}
          rows={rows}
          hasOlder={hasOlder}
          contact={conversation.contact}
          can={can}
          onQuote={quote}
          onTemplate={onTemplate}
          onAtEnd={setIsAtEnd}
        />
      ) : (
        <div className="flex min-h-0 flex-1 flex-col justify-end p-5">
          {failure ? <Failed failure={failure} onRetry={retry} /> : <Skeleton lines={4} />}
        </div>
      )}
      <Composer
        conversation={conversation}
        channel={channel}
        quoted={quoted}
        onQuoted={setQuoted}
        onResolved={onResolved}
      />
    </section>
  );
}

interface FailedProps {
  readonly failure: Failure;
  readonly onRetry: () => void;
  /** Where no header stands above it: the way back on a phone. */
  readonly onBack?: () => void;
}

function Failed({ failure, onRetry, onBack }: FailedProps) {
  const isMissing = failure === 'missing';
  return (
    <div className="grid flex-1 place-items-center">
      <EmptyState
        title={isMissing ? t('thread.missing') : t('thread.failed')}
        text={isMissing ? t('thread.missing_text') : t('common.offline')}
        action={
          <span className="flex flex-wrap justify-center gap-2">
            {onBack && <Button onClick={onBack}>{t('thread.back')}</Button>}
            {!isMissing && <Button onClick={onRetry}>{t('common.try_again')}</Button>}
          </span>
        }
      />
    </div>
  );
}
