/** Sending later: files go up first, then each message is handed over with its time. */
import { patchScheduled, postCancelScheduled, postScheduled, postSendScheduled } from '@/shared/api/calls';
import { newId } from '@/shared/api/id';
import type { Conversation, Id, OutgoingContent, ScheduledMessage, Time } from '@/shared/api/types';
import { uploadFile } from '@/shared/api/upload';
import { hasText, t } from '@/shared/i18n';
import { isWarning, REPEATED_TEXT } from '@/shared/outbox/outbox';
import { problemText } from '@/shared/problem';
import { said } from '@/shared/said';
import { ask } from '@/shared/store/ask';
import { dispatch } from '@/shared/store/store';
import { showToast } from '@/shared/ui/Toast';
import type { Outgoing } from './outgoing';

/**
 * False if the server refused; why is said. What it only warned of may be done all the same, which is told by `onAccepted`.
 * Ids rise, so that parts of one moment go out in their order.
 */
export async function scheduleParts(
  conversation: Conversation,
  parts: readonly Outgoing[],
  dueAt: Time,
  quotedId: Id | null,
  onAccepted?: () => void,
): Promise<boolean> {
  const schedule = async (accepted: readonly 'repeated_text'[]) => {
    for (const part of parts) {
      const content = await uploaded(conversation.channel_id, part);
      await postScheduled(conversation.id, {
        client_id: newId(),
        accepted: [...accepted],
        content,
        due_at: dueAt,
        quoted_id: part.isFirst ? quotedId : null,
      });
    }
  };
  try {
    await schedule([]);
    return true;
  } catch (error) {
    const again = () => void told(schedule([REPEATED_TEXT])).then((isDone) => isDone && onAccepted?.());
    if (isWarning(error) && onAccepted)
      showToast(problemText(error), { act: { name: t('repeat.schedule'), run: again } });
    else showToast(problemText(error), { isError: true });
    return false;
  }
}

/** Its file goes up first, if it has one. */
export async function uploaded(channelId: Id, { content, file }: Outgoing): Promise<OutgoingContent> {
  if (!file) return content as OutgoingContent;
  const { id } = await uploadFile(channelId, file);
  if (content.kind === 'template') return { ...content, header_file_id: id };
  return { ...content, file_id: id } as OutgoingContent;
}

export function putOff(message: ScheduledMessage, dueAt: Time): Promise<boolean> {
  return told(patchScheduled(message.id, dueAt));
}

export function sendNow(message: ScheduledMessage): Promise<boolean> {
  return told(
    ask(() => postSendScheduled(message.id)).then(({ answer: sent, position }) => {
      dispatch({ type: 'message_saved', message: sent, position });
    }),
  );
}

export function cancelScheduled(message: ScheduledMessage): Promise<boolean> {
  return told(postCancelScheduled(message.id));
}

/** Why it is held, in the reader's language. */
export function reasonOf({ reason, reason_text: english }: ScheduledMessage): string {
  const ofKind = `problem.${reason}`;
  return said(reason, hasText(ofKind) ? t(ofKind) : english);
}

async function told(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    showToast(problemText(error), { isError: true });
    return false;
  }
}
