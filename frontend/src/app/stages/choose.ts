import { answerOf, client } from '@/shared/api/client';
import type { Conversation, Id, Stage } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { showToast } from '@/shared/ui/Toast';
import { offerUndo, showAtOnce } from '../thread/actions';

/** `stageId` null: out of the stage it is in. With the stage itself it is seen there at once. */
export async function chooseStage(conversation: Conversation, stageId: Id | null, stage?: Stage): Promise<void> {
  const { id, stage: before } = conversation;
  if ((before?.id ?? null) === stageId) return;
  const shown = stage ? { stage, state: stage.state } : stageId === null ? { stage: null } : {};
  if (!(await put(id, stageId, shown))) return;
  // Its state came along: with no stage to go back to, it is the state that goes back, with whatever belongs to it.
  if (stage && stage.state !== conversation.state && before === null) {
    return offerUndo(conversation, { state: stage.state }, t('stage.changed'));
  }
  showToast(t('stage.changed'), { undo: () => void put(id, before?.id ?? null, { stage: before }) });
}

function put(id: Id, stageId: Id | null, shown: Partial<Conversation>): Promise<boolean> {
  return showAtOnce(id, shown, () =>
    answerOf(
      client.PUT('/api/conversations/{conversation_id}/stage', {
        params: { path: { conversation_id: id } },
        body: { stage_id: stageId },
      }),
    ),
  );
}
