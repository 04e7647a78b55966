/** A glance into a row without opening it: nothing is marked as read, neither here nor on the customer's phone. */
import { Dialog } from '@base-ui/react/dialog';
import { CornerDownLeft, X } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { prefetchThread } from '@/shared/store/load';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Skeleton } from '@/shared/ui/Skeleton';
import { MessageList } from '../thread/MessageList';
import { useThread } from '../thread/useThread';
import { useConversation } from './select';

const NOTHING = { quote: false, react: false };
const ignore = () => undefined;

export interface PeekProps {
  readonly conversationId: Id;
  /** To the rows above and below. */
  readonly onStep: (by: number) => void;
  readonly onOpen: (id: Id) => void;
  readonly onClose: () => void;
}

export function Peek({ conversationId, onStep, onOpen, onClose }: PeekProps) {
  const conversation = useConversation(conversationId);
  const { rows, isLoaded, hasOlder, hasNewer } = useThread(conversation, conversationId);
  useEffect(() => prefetchThread(conversationId), [conversationId]);
  const onKeyDown = useCallback(
    (event: React.KeyboardEvent) => {
      const steps: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };
      const step = steps[event.key];
      const isOnControl = (event.target as Element).closest('button, a, input, audio, video') !== null;
      if (step !== undefined) onStep(step);
      else if (event.key === ' ' && !isOnControl) onClose();
      else if (event.key === 'Enter' && !isOnControl) onOpen(conversationId);
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    [conversationId, onStep, onOpen, onClose],
  );
  // On the glance itself, so that Space closes it as it opened it.
  const popup = useRef<HTMLDivElement>(null);
  if (!conversation) return null;
  return (
    <Dialog.Root open onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim" />
        <Dialog.Popup
          ref={popup}
          initialFocus={popup}
          onKeyDown={onKeyDown}
          className="float-in fixed start-0 end-0 top-[8dvh] z-40 mx-auto flex h-[76dvh] w-[min(40rem,calc(100vw-2rem))] flex-col overflow-hidden rounded-xl border border-line bg-surface text-ink shadow-float outline-none"
        >
          <header className="flex h-[52px] shrink-0 items-center gap-2 border-b border-line ps-5 pe-2">
            <Dialog.Title dir="auto" className="min-w-0 flex-1 truncate text-aligned text-16 font-semibold">
              {conversation.contact.name}
            </Dialog.Title>
            <span className="text-12 text-muted max-md:hidden">{t('peek.hint')}</span>
            <Button icon={CornerDownLeft} onClick={() => onOpen(conversationId)}>
              {t('peek.open')}
            </Button>
            <IconButton icon={X} label={t('common.close')} keyName="Space" onClick={onClose} />
          </header>
          {isLoaded ? (
            <MessageList
              key={conversationId}
              conversationId={conversationId}
              rows={rows}
              hasOlder={hasOlder}
              hasNewer={hasNewer}
              late={[]}
              onSeen={ignore}
              contact={conversation.contact}
              can={NOTHING}
              selection={null}
              isReadOnly
              onQuote={ignore}
              onMessage={ignore}
              onTemplate={ignore}
              onAtEnd={ignore}
            />
          ) : (
            <Skeleton className="p-5" />
          )}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
