import { Users } from 'lucide-react';
import { useStore } from '@/shared/store/store';
import type { Agent } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Avatar } from '@/shared/ui/Avatar';
import { cx } from '@/shared/ui/cx';
import { absenceText } from '../availability/words';
import type { MentionListState } from './useMentionList';

/** Above the box, as saved replies are: colleagues and teams that may be named. */
export function MentionList({ id, list }: { readonly id: string; readonly list: MentionListState }) {
  const agents = useStore((state) => state.agents);
  return (
    // The box keeps the focus: a press here must not take it.
    <div onMouseDown={(event) => event.preventDefault()} className="rounded-t-lg border-b border-line p-1">
      <div id={id} role="listbox" aria-label={t('mention.list')}>
        {list.found.map((one) => (
          <div
            key={one.id}
            id={`${id}-${one.id}`}
            role="option"
            aria-selected={one === list.active}
            onMouseMove={() => list.onActive(one.id)}
            onClick={() => list.choose(one)}
            className={cx(
              'flex min-h-8 items-center gap-2.5 rounded-md px-2.5 text-13 select-none pointer-coarse:min-h-11',
              one === list.active && 'bg-accent-soft',
            )}
          >
            {one.kind === 'team' ? (
              <Users aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
            ) : (
              <Avatar name={one.name} seed={one.id} size={18} />
            )}
            <bdi className="min-w-0 truncate">{one.name}</bdi>
            <Absence agent={one.kind === 'team' ? undefined : agents.get(one.id)} />
            {one.kind === 'team' && <span className="text-12 text-muted">{t('mention.team')}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

function Absence({ agent }: { readonly agent: Agent | undefined }) {
  const text = agent ? absenceText(agent) : '';
  return text !== '' && <span className="shrink-0 text-12 text-muted">{text}</span>;
}
