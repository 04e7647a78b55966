/** Choose the stage of a conversation: arrows and Enter, or its digit. Its state follows. */
import { Check, PauseCircle } from 'lucide-react';
import type { Conversation, Stage } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Dialog } from '@/shared/ui/Dialog';
import { DigitChoice, DigitList } from '@/shared/ui/DigitList';
import { EmptyState } from '@/shared/ui/EmptyState';
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
  const sorted = stages && STATES.flatMap((state) => stages.filter((stage) => stage.state === state));
  const choose = (stage: Stage | null) => {
    onClose();
    void chooseStage(conversation, stage?.id ?? null, stage ?? undefined);
  };
  return (
    <Dialog open onOpenChange={(isOpen) => !isOpen && onClose()} title={t('stage.title')}>
      {sorted === undefined && <Skeleton />}
      {sorted?.length === 0 && <EmptyState title={t('stage.none')} text={t('stage.none_text')} />}
      {sorted !== undefined && sorted.length > 0 && (
        <DigitList>
          {sorted.map((stage, index) => (
            <Choice
              key={stage.id}
              digit={index + 1}
              name={stage.name}
              state={t(`stage.state_${stage.state}`)}
              isHere={conversation.stage?.id === stage.id}
              pausesClock={stage.pauses_clock}
              onClick={() => choose(stage)}
            />
          ))}
          {conversation.stage !== null && (
            <Choice digit={sorted.length + 1} name={t('stage.leave')} onClick={() => choose(null)} />
          )}
        </DigitList>
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
    <DigitChoice digit={digit} isHere={isHere} onClick={onClick}>
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
    </DigitChoice>
  );
}
