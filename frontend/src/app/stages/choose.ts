import { answerOf, client } from '@/shared/api/client';
import type { Conversation, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { showToast } from '@/shared/ui/Toast';
import { showAtOnce } from '../thread/actions';

/** `stageId` null: out of the stage it is in. */
export function chooseStage(conversation: Conversation, stageId: Id | null): void {
  const { id, stage: before } = conversation;
  if ((before?.id ?? null) === stageId) return;
  void put(id, stageId).then((isDone) => {
    if (isDone) showToast(t('stage.changed'), { undo: () => void put(id, before?.id ?? null) });
  });
}

function put(id: Id, stageId: Id | null): Promise<boolean> {
  return showAtOnce(id, {}, () =>
    answerOf(
      client.PUT('/api/conversations/{conversation_id}/stage', {
        params: { path: { conversation_id: id } },
        body: { stage_id: stageId },
      }),
    ),
  );
}
