import {
  AlarmClock,
  Check,
  ChevronLeft,
  Ellipsis,
  PanelRight,
  RotateCcw,
  Search,
  Signpost,
  Tag,
  TimerOff,
  UserPlus,
} from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Conversation, Id, Time } from '@/shared/api/types';
import { PHONE, useMedia } from '@/shared/hooks/useMedia';
import { t } from '@/shared/i18n';
import { runCommand, useCommands } from '@/shared/keys/keyboard';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { Kbd } from '@/shared/ui/Kbd';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { catchTyped, onOpenMacros } from '../macros/open';
import { finish } from '../resolving/finish';
import { importMacros } from '../routes';
import { VipMark } from '@/shared/ui/VipMark';
import { ConversationLabels } from '../labels/ConversationLabels';
import { NAME_LINE, RowLabels } from '../labels/RowLabels';
import { PresentPeople } from '../together/PresenceMarks';
import { TogetherForm, TogetherItems, useTogether, type Together } from '../together/TogetherItems';
import { AssigneeMenu } from '../teams/AssigneeMenu';
import { assign, endWaiting, reopen, snooze } from './actions';
import { ConversationItems, OpenedConversationAct, type ConversationAct } from './ConversationActs';
import { SnoozeDialog } from './SnoozeDialog';

const MacroPalette = lazy(importMacros);
const StageDialog = lazy(() => import('../stages/StageDialog'));

export interface ThreadHeaderProps {
  readonly conversation: Conversation;
  readonly onBack: () => void;
  readonly onResolved: () => void;
  readonly onContext: () => void;
  readonly isContextOpen: boolean;
}

export function ThreadHeader({ conversation, onBack, onResolved, onContext, isContextOpen }: ThreadHeaderProps) {
  const channel = useStore((state) => state.channels.get(conversation.channel_id));
  const header = useRef<HTMLElement>(null);
  const [areLabelsOpen, setLabelsOpen] = useState(false);
  const isResolved = conversation.state === 'resolved';
  const mayChange = useMay('conversations:change');
  const finishIt = () => (isResolved ? reopen(conversation) : void finish(conversation, onResolved));
  const together = useTogether(conversation);
  const [act, setAct] = useState<ConversationAct | null>(null);
  const [isStaging, setStaging] = useState(false);
  const [isSnoozing, setSnoozing] = useState(false);
  const [macros, setMacros] = useState<{ readonly first: Id | null } | null>(null);
  useEffect(() => onOpenMacros((first) => setMacros({ first })), []);
  const isWaiting = conversation.waiting_since !== null && !isResolved;
  const putOff = (until: Time | null) => {
    setSnoozing(false);
    snooze(conversation, until);
    onResolved();
  };
  useCommands({
    resolve: () => (mayChange ? finishIt() : false),
    snooze: () => (isResolved ? false : setSnoozing(true)),
    macro: () => {
      if (!mayChange) return false;
      catchTyped(importMacros());
      setMacros({ first: null });
      return true;
    },
    no_answer: () => (isWaiting ? endWaiting(conversation) : false),
  });
  const address = conversation.address_display && `, ${conversation.address_display}`;
  return (
    <header
      ref={header}
      // Where it is narrow the name keeps its place, and what repeats itself in tooltips gives way.
      className="@container flex h-[52px] shrink-0 items-center gap-2 border-b border-line ps-5 pe-4 max-md:ps-1 max-md:pe-2 @max-[520px]:gap-1"
    >
      <span className="md:hidden">
        <IconButton
          icon={ChevronLeft}
          isDirectional
          label={t('thread.back')}
          onClick={onBack}
          className="text-accent"
        />
      </span>
      <span className="md:hidden">
        <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={36} channelType={channel?.type} />
      </span>
      <div className="min-w-0 flex-1 max-md:ps-1">
        <div className={NAME_LINE}>
          <h2 dir="auto" className="max-w-full min-w-0 truncate text-aligned text-16 leading-5 font-semibold">
            {conversation.contact.name}
          </h2>
          {conversation.contact.is_vip && <VipMark />}
          <RowLabels ids={conversation.label_ids} />
        </div>
        <p dir="auto" className="truncate text-aligned text-12 text-muted">
          {conversation.stage && <bdi className="font-medium text-ink">{conversation.stage.name} </bdi>}
          {conversation.bot && (
            <bdi className="font-medium text-ink">{t('thread.with_bot', { bot: conversation.bot.name })} </bdi>
          )}
          {channel?.name}
          <span className="max-md:hidden">{address}</span>
        </p>
      </div>
      <PresentPeople conversationId={conversation.id} />
      <AssigneeMenu conversation={conversation} />
      <ConversationLabels
        conversation={conversation}
        isOpen={areLabelsOpen}
        onOpenChange={setLabelsOpen}
        header={header}
      />
      <IconButton
        icon={PanelRight}
        isDirectional
        label={t('thread.contact')}
        keyName="]"
        aria-expanded={isContextOpen}
        onClick={onContext}
        className="max-md:hidden"
      />
      <span className="max-md:hidden @max-[520px]:[&_kbd]:hidden">
        {mayChange && (
          <Button aria-keyshortcuts={isResolved ? undefined : 'E'} onClick={finishIt}>
            {/* As wide as the wider of the two: what stands beside it keeps its place. */}
            <span className="grid *:flex *:items-center *:justify-center *:gap-2 *:[grid-area:1/1]">
              <span className={isResolved ? 'invisible' : undefined}>
                {t('thread.resolve')}
                <span className="contents pointer-coarse:hidden">
                  <Kbd keys="E" />
                </span>
              </span>
              <span className={isResolved ? undefined : 'invisible'}>
                <RotateCcw aria-hidden size={16} strokeWidth={1.75} />
                {t('thread.reopen')}
              </span>
            </span>
          </Button>
        )}
      </span>
      <span className="flex md:hidden">
        {mayChange && (
          <IconButton
            icon={isResolved ? RotateCcw : Check}
            label={isResolved ? t('thread.reopen') : t('thread.resolve')}
            onClick={finishIt}
          />
        )}
      </span>
      <MoreMenu
        conversation={conversation}
        onContext={onContext}
        onLabels={() => setLabelsOpen(true)}
        onStage={() => setStaging(true)}
        together={together}
        onAct={(next) => (next === 'task' ? runCommand('task') : setAct(next))}
        mayChange={mayChange}
        onNoAnswer={isWaiting && mayChange ? () => endWaiting(conversation) : undefined}
        onSnooze={isResolved || !mayChange ? undefined : () => setSnoozing(true)}
      />
      <TogetherForm together={together} conversation={conversation} onGiven={onResolved} />
      {act && <OpenedConversationAct act={act} conversation={conversation} onClose={() => setAct(null)} />}
      {macros && (
        <Suspense fallback={null}>
          <MacroPalette
            conversation={conversation}
            macroId={macros.first}
            onClose={() => setMacros(null)}
            onEnded={onResolved}
          />
        </Suspense>
      )}
      {isStaging && (
        <Suspense fallback={null}>
          <StageDialog conversation={conversation} onClose={() => setStaging(false)} />
        </Suspense>
      )}
      <SnoozeDialog conversation={conversation} open={isSnoozing} onOpenChange={setSnoozing} onChoose={putOff} />
    </header>
  );
}

interface MoreMenuProps {
  readonly conversation: Conversation;
  readonly onContext: () => void;
  readonly onLabels: () => void;
  readonly together: Together;
  readonly onAct: (act: ConversationAct) => void;
  readonly onStage: () => void;
  /** False: whoever looks only reads. */
  readonly mayChange: boolean;
  /** Undefined: nobody waits. */
  readonly onNoAnswer: (() => void) | undefined;
  /** Undefined: there is nothing to put off. */
  readonly onSnooze: (() => void) | undefined;
}

function MoreMenu({
  conversation,
  onContext,
  onLabels,
  onStage,
  together,
  onAct,
  mayChange,
  onNoAnswer,
  onSnooze,
}: MoreMenuProps) {
  const isPhone = useMedia(PHONE);
  return (
    <Menu trigger={<IconButton icon={Ellipsis} label={t('common.more')} />}>
      <MenuItem icon={Search} keyName={['Shift', 'F']} onClick={() => runCommand('find_in_thread')}>
        {t('keys.find_in_thread')}
      </MenuItem>
      {onNoAnswer && (
        <MenuItem icon={TimerOff} keyName="Y" onClick={onNoAnswer}>
          {t('keys.no_answer')}
        </MenuItem>
      )}
      {onSnooze && (
        <MenuItem icon={AlarmClock} keyName="H" onClick={onSnooze}>
          {t('keys.snooze')}
        </MenuItem>
      )}
      <TogetherItems together={together} mayChange={mayChange} />
      <ConversationItems onOpen={onAct} mayChange={mayChange} />
      {mayChange && (
        <MenuItem icon={Signpost} onClick={onStage}>
          {t('stage.open')}
        </MenuItem>
      )}
      {isPhone && (
        <PhoneItems conversation={conversation} onContext={onContext} onLabels={onLabels} mayChange={mayChange} />
      )}
    </Menu>
  );
}

type PhoneItemsProps = Pick<MoreMenuProps, 'conversation' | 'onContext' | 'onLabels' | 'mayChange'>;

/** What has its own place in the header where there is room. */
function PhoneItems({ conversation, onContext, onLabels, mayChange }: PhoneItemsProps) {
  const me = useStore((state) => state.me);
  if (!mayChange) {
    return (
      <MenuItem icon={PanelRight} onClick={onContext}>
        {t('thread.contact')}
      </MenuItem>
    );
  }
  return (
    <>
      <MenuItem icon={PanelRight} onClick={onContext}>
        {t('thread.contact')}
      </MenuItem>
      <MenuItem icon={Tag} onClick={onLabels}>
        {t('labels.title')}
      </MenuItem>
      {conversation.assignee_id !== me && (
        <MenuItem icon={UserPlus} onClick={() => assign(conversation, me)}>
          {t('keys.assign_me')}
        </MenuItem>
      )}
      {conversation.assignee_id === me && (
        <MenuItem icon={UserPlus} onClick={() => assign(conversation, null)}>
          {t('assignee.release')}
        </MenuItem>
      )}
    </>
  );
}
