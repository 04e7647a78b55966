/** The times of a message in words: the provider's and ours, to the second. */
import type { Message } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { formatDate } from '@/shared/i18n/format';

export function formatExact(at: string): string {
  return formatDate(at, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** What the pointer reads over a time. A customer's message has two: when it was written, and when it was here. */
export function describeTimes(message: Message): string {
  const ours = t('thread.time_ours', { time: formatExact(message.created_at) });
  if (message.direction !== 'incoming') return ours;
  return `${t('thread.time_provider', { time: formatExact(message.written_at ?? message.at) })}\n${ours}`;
}
