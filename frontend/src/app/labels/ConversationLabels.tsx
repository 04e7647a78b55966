import { Tag } from 'lucide-react';
import type { RefObject } from 'react';
import { useMay } from '@/shared/api/session';
import type { Conversation } from '@/shared/api/types';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { t } from '@/shared/i18n';
import { useCommands } from '@/shared/keys/keyboard';
import { IconButton } from '@/shared/ui/IconButton';
import { LabelMenu } from './LabelMenu';
import { isInContactPanel } from './labels';
import { labelConversation } from './toggle';

export interface ConversationLabelsProps {
  readonly conversation: Conversation;
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
  /** The header, under which it stands on a phone: there a menu opens it. */
  readonly header: RefObject<HTMLElement | null>;
}

/** What the conversation is about. */
export function ConversationLabels({ conversation, isOpen, onOpenChange, header }: ConversationLabelsProps) {
  const isPhone = useMedia(PHONE);
  const mayChange = useMay('conversations:change');
  useCommands({ labels: () => mayChange && !isInContactPanel() && onOpenChange(true) });
  if (!mayChange) return null;
  return (
    <LabelMenu
      title={t('labels.of_conversation')}
      kind="conversation"
      chosenIds={conversation.label_ids}
      onToggle={(label, isChosen) => void labelConversation(conversation.id, label.id, isChosen)}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      anchor={isPhone ? header : undefined}
      trigger={<IconButton icon={Tag} label={t('labels.of_conversation')} keyName="L" className="max-md:hidden" />}
    />
  );
}
