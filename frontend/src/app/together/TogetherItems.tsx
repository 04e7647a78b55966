import { EyeOff, Eye, Flag, Handshake, MailOpen, MessagesSquare, Pin, PinOff, UserRoundPlus } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Conversation } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { runCommand, useCommands } from '@/shared/keys/keyboard';
import { useStore } from '@/shared/store/store';
import { MenuItem, MenuSeparator } from '@/shared/ui/Menu';
import { markUnread, setFollowing, setPinned } from './actions';
import type { TogetherDialog } from './Dialogs';

const Dialogs = lazy(() => import('./Dialogs'));

export interface Together {
  readonly open: (dialog: TogetherDialog) => void;
  readonly follow: () => void;
  readonly pin: () => void;
  readonly unread: () => void;
  readonly isFollowing: boolean;
  readonly isPinned: boolean;
  /** The form that is open. */
  readonly dialog: TogetherDialog | null;
  readonly close: () => void;
}

/** Everything that agents do with a conversation among themselves, by key and from the menu. */
export function useTogether(conversation: Conversation): Together {
  const me = useStore((state) => state.me);
  const isPinned = useStore((state) => state.pins.includes(conversation.id));
  const [dialog, setDialog] = useState<TogetherDialog | null>(null);
  const isFollowing = conversation.follower_ids.includes(me);
  const together: Together = {
    open: setDialog,
    follow: () => setFollowing(conversation, me, !isFollowing),
    pin: () => setPinned(conversation.id, !isPinned),
    unread: () => markUnread(conversation),
    isFollowing,
    isPinned,
    dialog,
    close: () => setDialog(null),
  };
  useCommands({
    hand_over: () => setDialog('hand_over'),
    ask_in: () => setDialog('ask_in'),
    priority: () => setDialog('priority'),
    follow: together.follow,
    pin: together.pin,
    unread: together.unread,
  });
  return together;
}

export interface TogetherItemsProps {
  readonly together: Together;
  /** False: whoever looks only reads. */
  readonly mayChange: boolean;
}

export function TogetherItems({ together, mayChange }: TogetherItemsProps) {
  const { isFollowing, isPinned } = together;
  return (
    <>
      <MenuSeparator />
      {mayChange && (
        <>
          <MenuItem icon={Handshake} keyName={['Shift', 'A']} onClick={() => together.open('hand_over')}>
            {t('keys.hand_over')}
          </MenuItem>
          <MenuItem icon={UserRoundPlus} keyName={['Shift', 'I']} onClick={() => together.open('ask_in')}>
            {t('keys.ask_in')}
          </MenuItem>
          <MenuItem icon={MessagesSquare} keyName={['Shift', 'D']} onClick={() => void runCommand('discuss')}>
            {t('keys.discuss')}
          </MenuItem>
          <MenuItem icon={Flag} keyName="P" onClick={() => together.open('priority')}>
            {t('keys.priority')}
          </MenuItem>
          <MenuItem icon={isFollowing ? EyeOff : Eye} keyName="W" onClick={together.follow}>
            {isFollowing ? t('together.unfollow') : t('keys.follow')}
          </MenuItem>
        </>
      )}
      <MenuItem icon={isPinned ? PinOff : Pin} keyName={['Shift', 'P']} onClick={together.pin}>
        {isPinned ? t('together.unpin') : t('keys.pin')}
      </MenuItem>
      <MenuItem icon={MailOpen} keyName={['Shift', 'U']} onClick={together.unread}>
        {t('keys.unread')}
      </MenuItem>
    </>
  );
}

export interface TogetherFormProps {
  readonly together: Together;
  readonly conversation: Conversation;
  readonly onGiven: () => void;
}

export function TogetherForm({ together, conversation, onGiven }: TogetherFormProps) {
  if (together.dialog === null) return null;
  return (
    <Suspense fallback={null}>
      <Dialogs open={together.dialog} conversation={conversation} onClose={together.close} onGiven={onGiven} />
    </Suspense>
  );
}
