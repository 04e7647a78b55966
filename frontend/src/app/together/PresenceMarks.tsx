import { Eye, Pencil } from 'lucide-react';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { Tooltip } from '@/shared/ui/Tooltip';
import { cx } from '@/shared/ui/cx';
import { useOthers } from './usePresence';

const SHOWN = 3;

/** In the header: the colleagues who look, those who type with a pencil. */
export function PresentPeople({ conversationId }: { readonly conversationId: Id }) {
  const others = useOthers(conversationId);
  const agents = useStore((state) => state.agents);
  return (
    // Room for all of them, the first at the end: who comes or goes moves nothing, and nobody else.
    <ul className="relative h-5 w-13 shrink-0 [--step:-16px] @max-[520px]:-ms-8 rtl:[--step:16px]">
      {others.slice(0, SHOWN).map(({ agent_id: id, is_typing: isTyping }, place) => {
        const name = agents.get(id)?.name ?? t('line.somebody');
        const label = isTyping ? t('presence.types', { name }) : t('presence.looks', { name });
        return (
          <li
            key={id}
            className="absolute end-0 top-0"
            style={{ transform: `translateX(calc(var(--step) * ${place}))` }}
          >
            <Tooltip label={label}>
              <span role="img" aria-label={label} className="block rounded-full ring-2 ring-surface">
                <Avatar name={name} seed={id} size={20} />
              </span>
            </Tooltip>
            {isTyping && (
              <span className="absolute -end-1 -bottom-1 grid size-3.5 place-items-center rounded-full bg-accent text-on-accent">
                <Pencil aria-hidden size={9} strokeWidth={2.25} />
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** In a row: an eye where somebody looks, a pencil where somebody types. */
export function PresenceSign({ conversationId }: { readonly conversationId: Id }) {
  const others = useOthers(conversationId);
  const first = others.find(({ is_typing: isTyping }) => isTyping) ?? others[0];
  const name = useStore((state) => state.agents.get(first?.agent_id ?? '')?.name) ?? t('line.somebody');
  if (!first) return null;
  const Icon = first.is_typing ? Pencil : Eye;
  const label = first.is_typing ? t('presence.types', { name }) : t('presence.looks', { name });
  return (
    <span role="img" aria-label={label} title={label} className={cx(first.is_typing ? 'text-accent' : 'text-muted')}>
      <Icon aria-hidden size={12} strokeWidth={1.75} />
    </span>
  );
}
