/** Where one answers: reply and note on different ground; while the window is closed, the template picker in the same place. */
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import type { Channel, Conversation, Id, Message, TemplateContent, Time } from '@/shared/api/types';
import { useMinute } from '@/shared/format/clock';
import { windowState } from '@/shared/format/window';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { enqueue } from '@/shared/outbox/outbox';
import { draftKey, type State, type Unsent } from '@/shared/store/state';
import { useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';
import { Box, type BoxHandle } from './Box';
import { ContactWarnings } from './ContactWarnings';
import { focusComposer, onFocusComposer, type ComposerMode } from './focus';
import { ModeTabs } from './ModeTabs';
import type { Outgoing } from './outgoing';
import { scheduleParts } from './schedule';
import { StatusLine } from './StatusLine';

const TemplatePicker = lazy(() => import('./TemplatePicker'));
const ReviewBar = lazy(() => import('../reviews/ReviewBar'));
const AskReviewDialog = lazy(() => import('../reviews/AskReviewDialog'));
const GuestQuestion = lazy(() => import('./GuestQuestion'));
const RepeatQuestion = lazy(() => import('./RepeatQuestion'));
const ScheduledBar = lazy(() => import('./ScheduledBar'));

const BAR = 'shrink-0 px-4 max-md:px-2.5';

export interface ComposerProps {
  readonly conversation: Conversation;
  readonly channel: Channel | undefined;
  readonly quoted: Message | null;
  readonly onQuoted: (message: Message | null) => void;
  /** Goes on after *send and resolve*. */
  readonly onResolved: () => void;
}

export function Composer({ conversation, channel, quoted, onQuoted, onResolved }: ComposerProps) {
  const { id } = conversation;
  const capabilities = channel?.capabilities;
  const now = useMinute();
  const isClosed = windowState(conversation, capabilities, now).kind === 'closed';
  const hasTemplates = capabilities?.has_templates ?? false;
  const [wanted, setWanted] = useState<ComposerMode>('reply');
  const mode: ComposerMode = wanted === 'reply' && isClosed ? 'template' : wanted;
  const box = useRef<BoxHandle>(null);
  const draft = useStore((state) => state.drafts.get(draftKey(id, 'reply'))?.text ?? '');

  useEffect(
    () =>
      onFocusComposer((next) => {
        setWanted(next === 'template' && !hasTemplates ? 'reply' : next);
        // The box of the other mode is only there after the next paint.
        requestAnimationFrame(() => box.current?.focus());
      }),
    [hasTemplates],
  );
  const turnTo = (next: ComposerMode) => {
    setWanted(next);
    requestAnimationFrame(() => box.current?.focus());
  };
  useCommands({ reply: () => focusComposer('reply'), note: () => focusComposer('note') });

  const isNovice = useStore((state) => state.agents.get(state.me)?.is_novice ?? false);
  const hasReviews = useStore((state) => state.reviews.some((review) => review.conversation_id === id));
  const [asking, setAsking] = useState<Asking | null>(null);
  const askReview = (parts: readonly Outgoing[], onAsked: () => void) => setAsking({ parts, onAsked });
  const isPhone = useMedia(PHONE);
  const modes = (
    <ModeTabs
      mode={mode}
      isClosed={isClosed}
      hasTemplates={hasTemplates}
      onMode={turnTo}
      isCompact={isPhone && mode !== 'template'}
    />
  );
  const sendTemplate = (content: TemplateContent, file: File | null) => {
    if (isNovice) {
      const uploadable = file && { blob: file, name: file.name, mime: file.type };
      askReview([{ content, file: uploadable, isFirst: true }], () => !isClosed && setWanted('reply'));
      return;
    }
    enqueue({
      conversationId: id,
      channelId: conversation.channel_id,
      mode: 'reply',
      content,
      quoted: null,
      file: file && { blob: file, name: file.name, mime: file.type },
    });
    if (!isClosed) setWanted('reply');
  };
  const scheduleTemplate = (content: TemplateContent, file: File | null, dueAt: Time) => {
    const uploadable = file && { blob: file, name: file.name, mime: file.type };
    return scheduleParts(conversation, [{ content, file: uploadable, isFirst: true }], dueAt, null);
  };
  const unseen = useStore((state) => findUnsent(state, id, (item) => Boolean(item.unseen)));
  const warned = useStore((state) => findUnsent(state, id, (item) => item.isWarned === true));
  const hasScheduled = conversation.scheduled_count + conversation.held_count > 0;

  return (
    <>
      {/* What comes and goes stands above, each by itself, so that the box and the line over it keep their place. */}
      {hasScheduled && (
        <div className={BAR}>
          <Suspense fallback={null}>
            <ScheduledBar conversation={conversation} />
          </Suspense>
        </div>
      )}
      {unseen && (
        <div className={BAR}>
          <Suspense fallback={null}>
            <GuestQuestion note={unseen} />
          </Suspense>
        </div>
      )}
      {warned && (
        <div className={BAR}>
          <Suspense fallback={null}>
            <RepeatQuestion key={warned.clientId} answer={warned} />
          </Suspense>
        </div>
      )}
      {hasReviews && (
        <div className={BAR}>
          <Suspense fallback={null}>
            <ReviewBar conversation={conversation} />
          </Suspense>
        </div>
      )}
      {mode === 'reply' && <ContactWarnings conversation={conversation} />}
      {asking && (
        <Suspense fallback={null}>
          <AskReviewDialog
            conversation={conversation}
            parts={asking.parts}
            quotedId={quoted?.id ?? null}
            onClose={() => setAsking(null)}
            onAsked={() => {
              setAsking(null);
              asking.onAsked();
            }}
          />
        </Suspense>
      )}
      <div className={cx(BAR, 'pb-[max(12px,env(safe-area-inset-bottom))]')}>
        <StatusLine conversation={conversation} channel={channel} />
        <div
          data-composer
          className={cx(
            'flex flex-col rounded-lg border outline-2 -outline-offset-1 outline-transparent focus-within:outline-accent',
            mode === 'note' ? 'border-warn/50 bg-note focus-within:outline-warn' : 'border-line-strong bg-raised',
          )}
        >
          {mode === 'template' && channel ? (
            hasTemplates ? (
              <Suspense fallback={<div className="h-72 p-1.5">{modes}</div>}>
                <TemplatePicker
                  channelId={channel.id}
                  contactName={conversation.contact.name}
                  contactId={conversation.contact.id}
                  draft={draft}
                  modes={modes}
                  onSend={sendTemplate}
                  later={{ conversation, onSchedule: scheduleTemplate }}
                />
              </Suspense>
            ) : (
              <div className="flex flex-col">
                <div className="p-1.5">{modes}</div>
                <p className="px-3 pb-3 text-13 text-muted">{t('window.no_templates')}</p>
              </div>
            )
          ) : (
            <Box
              key={mode}
              handle={box}
              mode={mode === 'note' ? 'note' : 'reply'}
              conversation={conversation}
              channel={channel}
              quoted={quoted}
              onQuoted={onQuoted}
              onResolved={onResolved}
              modes={modes}
              isNovice={isNovice}
              onAskReview={askReview}
              onTemplate={hasTemplates ? () => turnTo('template') : undefined}
            />
          )}
        </div>
      </div>
    </>
  );
}

/** What a colleague is to look at, and what follows once they were asked. */
interface Asking {
  readonly parts: readonly Outgoing[];
  readonly onAsked: () => void;
}

/** The first of this conversation that waits for a word of its writer. */
function findUnsent(state: State, conversationId: Id, isMeant: (item: Unsent) => boolean): Unsent | undefined {
  for (const item of state.unsent.values()) if (item.conversationId === conversationId && isMeant(item)) return item;
  return undefined;
}
