/** Choose the stage of a conversation: arrows and Enter, or its digit. Its state follows. */
import { Check, PauseCircle } from 'lucide-react';
import { useRef, type KeyboardEvent } from 'react';
import type { Conversation, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Dialog } from '@/shared/ui/Dialog';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Kbd } from '@/shared/ui/Kbd';
import { Skeleton } from '@/shared/ui/Skeleton';
import { chooseStage } from './choose';
import { useStages } from './useStages';

const STATES = ['open', 'pending', 'snoozed', 'resolved'] as const;

export interface StageDialogProps {
  readonly conversation: Conversation;
  readonly onClose: () => void;
}

export default function StageDialog({ conversation, onClose }: StageDialogProps) {
  const stages = useStages();
  const list = useRef<HTMLUListElement>(null);
  const sorted = stages && STATES.flatMap((state) => stages.filter((stage) => stage.state === state));
  const choose = (id: Id | null) => {
    onClose();
    chooseStage(conversation, id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const buttons = [...(list.current?.querySelectorAll('button') ?? [])];
    const place = buttons.findIndex((button) => button === document.activeElement);
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const digit = /^[1-9]$/.test(event.key) ? buttons[Number(event.key) - 1] : undefined;
    if (step === 0 && digit === undefined) return;
    event.preventDefault();
    if (digit) digit.click();
    else buttons[(place + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={t('stage.title')}>
      {sorted === undefined && <Skeleton />}
      {sorted?.length === 0 && <EmptyState title={t('stage.none')} text={t('stage.none_text')} />}
      {sorted !== undefined && sorted.length > 0 && (
        <ul ref={list} onKeyDown={onKeyDown} className="-mx-2 flex flex-col">
          {sorted.map((stage, index) => (
            <Choice
              key={stage.id}
              digit={index + 1}
              name={stage.name}
              state={t(`stage.state_${stage.state}`)}
              isHere={conversation.stage?.id === stage.id}
              pausesClock={stage.pauses_clock}
              onClick={() => choose(stage.id)}
            />
          ))}
          {conversation.stage !== null && (
            <Choice digit={sorted.length + 1} name={t('stage.leave')} onClick={() => choose(null)} />
          )}
        </ul>
      )}
    </Dialog>
  );
}

interface ChoiceProps {
  readonly digit: number;
  readonly name: string;
  readonly state?: string;
  readonly isHere?: boolean;
  readonly pausesClock?: boolean;
  readonly onClick: () => void;
}

function Choice({ digit, name, state, isHere = false, pausesClock = false, onClick }: ChoiceProps) {
  return (
    <li>
      <button
        type="button"
        aria-keyshortcuts={digit < 10 ? String(digit) : undefined}
        aria-current={isHere || undefined}
        onClick={onClick}
        className="flex min-h-9 w-full items-center gap-3 rounded-md px-2 text-start text-14 hover:bg-hover focus-visible:bg-accent-soft pointer-coarse:min-h-11"
      >
        <span className="grid size-4 place-items-center text-accent">
          {isHere && <Check aria-hidden size={16} strokeWidth={1.75} />}
        </span>
        <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
        {pausesClock && (
          <span className="flex items-center gap-1 text-12 text-muted">
            <PauseCircle aria-hidden size={14} strokeWidth={1.75} />
            {t('stage.paused')}
          </span>
        )}
        {state && <span className="text-12 text-muted">{state}</span>}
        {digit < 10 && (
          <span className="contents pointer-coarse:hidden">
            <Kbd keys={String(digit)} />
          </span>
        )}
      </button>
    </li>
  );
}
