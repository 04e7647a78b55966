import type { RotaNow } from '@/shared/api/types';
import { formatNear } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { formatTime } from '@/shared/i18n/format';
import { useStore } from '@/shared/store/store';
import { Avatar } from '@/shared/ui/Avatar';
import { nameOf } from './words';

/** Who is on now and until when, who comes next, and one's own next shift. */
export function OnNow({ current, now }: { readonly current: RotaNow; readonly now: number }) {
  const me = useStore((state) => state.me);
  const agents = useStore((state) => state.agents);
  const on = current.items.filter(({ is_on }) => is_on);
  const mine = current.items.find(({ agent_id }) => agent_id === me);
  if (current.items.length === 0) return null;
  return (
    <dl className="grid gap-x-8 gap-y-3 rounded-lg border border-line bg-canvas px-4 py-3 text-14 md:grid-cols-[auto_auto_auto_1fr]">
      {mine && (
        <div>
          <dt className="text-13 text-muted">{t(mine.is_on ? 'rota.mine_now' : 'rota.mine')}</dt>
          <dd className="font-medium">
            {mine.is_on && mine.until !== null
              ? t('rota.until_time', { time: formatTime(mine.until) })
              : mine.next_at === null
                ? t('rota.nobody_next')
                : formatNear(mine.next_at, now)}
          </dd>
        </div>
      )}
      <div>
        <dt className="text-13 text-muted">{t('rota.on_now')}</dt>
        <dd>
          {on.length === 0 ? (
            <span className="font-medium text-warn">{t('rota.nobody_on')}</span>
          ) : (
            <ul className="flex flex-wrap gap-x-4 gap-y-1">
              {on.map(({ agent_id, until }) => (
                <li key={agent_id} className="flex items-center gap-1.5">
                  <Avatar
                    name={nameOf(agent_id)}
                    seed={agent_id}
                    size={20}
                    availability={agents.get(agent_id)?.availability}
                    ground="canvas"
                  />
                  <bdi>{t('rota.until', { name: nameOf(agent_id), time: formatTime(until ?? '') })}</bdi>
                </li>
              ))}
            </ul>
          )}
        </dd>
      </div>
      <div>
        <dt className="text-13 text-muted">{t('rota.next')}</dt>
        <dd>
          {current.next.length === 0
            ? t('rota.nobody_next')
            : current.next.map(({ agent_id, next_at }) => (
                <bdi key={agent_id} className="block">
                  {t('rota.from', { name: nameOf(agent_id), when: formatNear(next_at ?? '', now) })}
                </bdi>
              ))}
        </dd>
      </div>
    </dl>
  );
}
