import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { Message } from '@/shared/api/types';
import { hasText, t } from '@/shared/i18n';
import { formatList, formatTime } from '@/shared/i18n/format';
import { getState, useStore } from '@/shared/store/store';
import { cx } from '@/shared/ui/cx';

/** What the desk did between messages: one folded line, centred. */
export function Lines({ messages }: { readonly messages: readonly Message[] }) {
  const [isOpen, setIsOpen] = useState(false);
  // Names may come later than lines.
  useStore((state) => state.agents);
  const texts = messages.map(describeLine);
  if (messages.length === 1) {
    return <p className="px-5 pt-2.5 text-center text-12 text-muted">{texts[0]}</p>;
  }
  return (
    <div className="px-5 pt-2.5 text-center text-12 text-muted">
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
        className="inline-flex min-h-6 items-center gap-1.5 hover:text-ink"
      >
        <ChevronRight
          aria-hidden
          size={14}
          strokeWidth={1.75}
          className={cx('transition-transform', isOpen ? 'rotate-90' : 'rtl:-scale-x-100')}
        />
        {isOpen ? t('line.hide') : t('line.folded', { first: texts[0] ?? '', count: texts.length - 1 })}
      </button>
      {isOpen && (
        <ul>
          {messages.map((message, index) => (
            <li key={message.id}>
              {texts[index]} <time dateTime={message.at}>{formatTime(message.at)}</time>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function describeLine(message: Message): string {
  if (message.content.kind !== 'line') return '';
  const { what, data = {} } = message.content;
  const key = `line.${what}`;
  const values = {
    ...data,
    name: nameOf(data['assignee_id'] ?? data['agent_id']),
    by: nameOf(data['by'] ?? data['actor_id'] ?? message.author.id ?? undefined),
  };
  if (hasText(key)) return t(key, values);
  return formatList([what.replaceAll('_', ' ')]);
}

function nameOf(id: string | undefined): string {
  if (!id) return t('line.nobody');
  const { agents, me } = getState();
  return id === me ? t('line.you') : (agents.get(id)?.name ?? t('line.somebody'));
}
