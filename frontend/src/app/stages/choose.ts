import { answerOf, client } from '@/shared/api/client';
import type { Conversation, Id, Stage } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { getState } from '@/shared/store/store';
import { offerUndo, showAtOnce, standingOf } from '../thread/actions';

/** `stageId` null: out of the stage it is in. With the stage itself it is seen there at once. */
export async function chooseStage(conversation: Conversation, stageId: Id | null, stage?: Stage): Promise<void> {
  const { id, stage: before } = conversation;
  if ((before?.id ?? null) === stageId) return;
  const shown = stage ? { stage, state: stage.state } : stageId === null ? { stage: null } : {};
  if (!(await put(id, stageId, shown))) return;
  // Its state came along.
  const after = getState().conversations.get(id);
  if (after) offerUndo(conversation, standingOf(after), t('stage.changed'));
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
