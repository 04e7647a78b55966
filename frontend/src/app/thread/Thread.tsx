/** One conversation: its header, its messages, the place to answer. */
import { lazy, memo, Suspense, useCallback, useEffect, useState } from 'react';
import { useSearch } from 'wouter';
import { useMay } from '@/shared/api/session';
import type { Conversation, ConversationLinks, Id, Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { dispatch, useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Skeleton } from '@/shared/ui/Skeleton';
import { LinksStrip, Target } from '../links/LinksStrip';
import { useLinks } from '../links/useLinks';
import { DiscussionStrip } from '../discussions/DiscussionStrip';
import { TaskStrip } from '../tasks/TaskStrip';
import { Composer } from '../composer/Composer';
import { focusComposer } from '../composer/focus';
import { useConversation } from '../inbox/select';
import type { MessageAct } from './messageActs';
import { jumpTo } from './jumps';
import { DraftBars } from '../together/DraftBars';
import { usePresence } from '../together/usePresence';
import { MessageList } from './MessageList';
import { findQuotable, focusedMessageId } from './quoting';
import { SnoozeBar } from './SnoozeBar';
import { Strips } from './Strips';
import { ThreadHeader } from './ThreadHeader';
import { useSelection } from './useSelection';
import { useReading, useSeeingMentions, useThread, type Failure } from './useThread';

const SelectionBar = lazy(() => import('./SelectionBar'));
const FindBar = lazy(() => import('./FindBar'));
const ForwardDialog = lazy(() => import('./ForwardDialog'));
const MessageDetails = lazy(() => import('./MessageDetails'));

export interface ThreadProps {
  readonly conversationId: Id;
  readonly onBack: () => void;
  readonly onResolved: () => void;
  readonly onContext: () => void;
  readonly isContextOpen: boolean;
}

/** Drawn again for its own reasons only: the list beside it changes more often. */
export const Thread = memo(function Thread(props: ThreadProps) {
  const { conversationId, onBack, onResolved, onContext, isContextOpen } = props;
  const conversation = useConversation(conversationId);
  const channel = useStore((state) => state.channels.get(conversation?.channel_id ?? ''));
  const { rows, isLoaded, hasOlder, hasNewer, late, onSeen, failure, retry } = useThread(conversation, conversationId);
  const links = useLinks(conversationId);
  const target = useTarget(conversation, links);
  useLinkedMessage(conversationId);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const [quoted, setQuoted] = useState<Message | null>(null);
  useReading(conversation, isAtEnd && isLoaded && !hasNewer);
  useSeeingMentions(conversationId);

  const { choose } = target;
  const quote = useCallback(
    (message: Message) => {
      // Where several are read as one, an answer to a message goes where it was written.
      choose(message.conversation_id);
      setQuoted(message);
      focusComposer('reply');
    },
    [choose],
  );
  const canQuote = channel?.capabilities.has_quotes ?? false;
  const canReact = channel?.capabilities.has_reactions ?? false;
  const [can, setCan] = useState({ quote: canQuote, react: canReact });
  if (can.quote !== canQuote || can.react !== canReact) setCan({ quote: canQuote, react: canReact });
  const choosing = useSelection(rows);
  const { begin } = choosing;
  const [taskOf, setTaskOf] = useState<readonly Id[] | null>(null);
  const [opened, setOpened] = useState<Opened | null>(null);
  const onMessage = useCallback(
    (act: MessageAct, message: Message) => {
      if (act === 'select') begin(message);
      else setOpened({ act, messages: [message] });
    },
    [begin],
  );
  const sayTyping = usePresence(conversationId);
  useEffect(() => {
    dispatch({ type: 'thread_shown', conversationId });
    return () => dispatch({ type: 'thread_shown', conversationId: null });
  }, [conversationId]);
  const [isFinding, setFinding] = useState(false);
  useCommands({
    find_in_thread: () => setFinding(true),
    quote: () => {
      const message = can.quote && !choosing.selection && findQuotable(rows, conversationId, focusedMessageId());
      return message ? quote(message) : false;
    },
  });
  const onTemplate = useCallback(() => focusComposer('template'), []);
  const [stripsHeight, setStripsHeight] = useState(0);
  const maySend = useMay('messages:send');

  if (!conversation) {
    return failure ? <Failed failure={failure} onRetry={retry} onBack={onBack} /> : <Skeleton className="p-5" />;
  }
  return (
    <section
      aria-label={t('thread.label', { name: conversation.contact.name })}
      data-conversation={conversationId}
      className="flex min-h-0 flex-1 flex-col"
      onInput={(event) => event.target instanceof HTMLTextAreaElement && sayTyping()}
    >
      <ThreadHeader
        conversation={conversation}
        onBack={onBack}
        onResolved={onResolved}
        onContext={onContext}
        isContextOpen={isContextOpen}
      />
      {isFinding && (
        <Suspense fallback={null}>
          <FindBar conversationId={conversationId} onClose={() => setFinding(false)} />
        </Suspense>
      )}
      <div className="relative flex min-h-0 flex-1 flex-col">
        {/* Over the messages, which keep their place when one of these comes or goes. */}
        <Strips onHeight={setStripsHeight}>
          <LinksStrip conversationId={conversationId} links={links} />
          <DiscussionStrip conversation={conversation} />
          <TaskStrip conversation={conversation} wanted={taskOf} onWanted={setTaskOf} />
          {conversation.state === 'snoozed' && <SnoozeBar conversation={conversation} />}
        </Strips>
        {isLoaded ? (
          <MessageList
            conversationId={conversationId}
            rows={rows}
            hasOlder={hasOlder}
            hasNewer={hasNewer}
            late={late}
            onSeen={onSeen}
            contact={conversation.contact}
            can={can}
            selection={choosing.selection}
            startRoom={stripsHeight}
            onQuote={quote}
            onMessage={onMessage}
            onTemplate={onTemplate}
            onAtEnd={setIsAtEnd}
          />
        ) : (
          <div className="flex min-h-0 flex-1 flex-col justify-end p-5">
            {failure ? <Failed failure={failure} onRetry={retry} /> : <Skeleton lines={4} />}
          </div>
        )}
      </div>
      {choosing.selection ? (
        <Suspense fallback={null}>
          <SelectionBar
            conversation={conversation}
            chosen={choosing.chosen}
            onForward={() => setOpened({ act: 'forward', messages: choosing.chosen })}
            onTask={() => {
              // A task belongs to this conversation, also if one reads on into an earlier one.
              const own = choosing.chosen.filter((message) => message.conversation_id === conversationId);
              setTaskOf(own.map(({ id }) => id));
              choosing.end();
            }}
            onEnd={choosing.end}
          />
        </Suspense>
      ) : (
        <>
          <DraftBars conversation={target.conversation ?? conversation} isAtEnd={isAtEnd} />
          {maySend && target.all.length > 1 && (
            <Target conversations={target.all} value={target.conversation?.id ?? conversationId} onValue={choose} />
          )}
          {maySend && (
            <Composer
              key={target.conversation?.id}
              conversation={target.conversation ?? conversation}
              channel={target.channel ?? channel}
              quoted={quoted}
              onQuoted={setQuoted}
              onResolved={onResolved}
            />
          )}
          {links.merged.map(({ id }) => (
            <ReadingOf key={id} conversationId={id} isAtEnd={isAtEnd && isLoaded} />
          ))}
        </>
      )}
      {opened && (
        <Suspense fallback={null}>
          <OpenedAct
            opened={opened}
            onClose={() => setOpened(null)}
            onDone={() => {
              setOpened(null);
              choosing.end();
            }}
          />
        </Suspense>
      )}
    </section>
  );
});

/** Where an answer goes: of those that are read as one, the one in which the customer wrote last, or which was chosen. */
function useTarget(conversation: Conversation | undefined, links: ConversationLinks) {
  const [chosen, setChosen] = useState<Id | null>(null);
  const conversations = useStore((state) => state.conversations);
  const all = [conversation, ...links.merged.map(({ id }) => conversations.get(id))].filter((one) => one !== undefined);
  const latest = all.reduce<Conversation | undefined>(
    (best, one) => (best && (best.window_closes_at ?? '') >= (one.window_closes_at ?? '') ? best : one),
    undefined,
  );
  const target = all.find(({ id }) => id === chosen) ?? latest ?? conversation;
  const channel = useStore((state) => state.channels.get(target?.channel_id ?? ''));
  return { all, conversation: target, channel, choose: setChosen };
}

/** What is read within another is read with it. */
function ReadingOf({ conversationId, isAtEnd }: { readonly conversationId: Id; readonly isAtEnd: boolean }) {
  useReading(useConversation(conversationId), isAtEnd);
  return null;
}

/** A link may name the message at which the thread opens. */
function useLinkedMessage(conversationId: Id): void {
  const linked = new URLSearchParams(useSearch()).get('message');
  useEffect(() => {
    if (linked !== null) void jumpTo(conversationId, { messageId: linked }).catch(() => undefined);
  }, [conversationId, linked]);
}

interface Opened {
  readonly act: Exclude<MessageAct, 'select'>;
  readonly messages: readonly Message[];
}

interface OpenedActProps {
  readonly opened: Opened;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** What a message's menu opened over the thread. */
function OpenedAct({ opened, onClose, onDone }: OpenedActProps) {
  const [first] = opened.messages;
  if (!first) return null;
  switch (opened.act) {
    case 'details':
      return <MessageDetails message={first} onClose={onClose} />;
    case 'forward':
      return <ForwardDialog messages={opened.messages} onClose={onClose} onDone={onDone} />;
  }
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
