/** What one does with a whole conversation beyond answering it: items of its menu, and what each opens. */
import { ClipboardList, FileText, GitMerge, ListChecks, Zap } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Conversation } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { runCommand } from '@/shared/keys/keyboard';
import { MenuItem } from '@/shared/ui/Menu';

const LinkDialog = lazy(() => import('../links/LinkDialog'));
const TranscriptDialog = lazy(() => import('./transcript/TranscriptDialog'));

export type ConversationAct = 'transcript' | 'task' | 'links';

export interface ConversationItemsProps {
  readonly onOpen: (act: ConversationAct) => void;
  /** False: whoever looks only reads. */
  readonly mayChange: boolean;
}

export function ConversationItems({ onOpen, mayChange }: ConversationItemsProps) {
  return (
    <>
      {mayChange && (
        <>
          <MenuItem icon={Zap} keyName={['Shift', 'M']} onClick={() => void runCommand('macro')}>
            {t('keys.macro')}
          </MenuItem>
          <MenuItem icon={ClipboardList} keyName={['Shift', 'T']} onClick={() => onOpen('task')}>
            {t('task.new')}
          </MenuItem>
          <MenuItem icon={ListChecks} keyName={['Shift', 'C']} onClick={() => void runCommand('task_pattern')}>
            {t('keys.task_pattern')}
          </MenuItem>
          <MenuItem icon={GitMerge} onClick={() => onOpen('links')}>
            {t('links.dialog')}
          </MenuItem>
        </>
      )}
      <MenuItem icon={FileText} onClick={() => onOpen('transcript')}>
        {t('transcript.title')}
      </MenuItem>
    </>
  );
}

export interface OpenedConversationActProps {
  readonly act: ConversationAct;
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

export function OpenedConversationAct({ act, conversation, onClose }: OpenedConversationActProps) {
  return (
    <Suspense fallback={null}>
      {act === 'links' && <LinkDialog conversation={conversation} onClose={onClose} />}
      {act === 'transcript' && <TranscriptDialog conversation={conversation} onClose={onClose} />}
    </Suspense>
  );
}
