import { KINDS, type Kind } from '@/app/reach/describe';
import { useQuery } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import type { Preferences } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Checkbox } from '@/shared/ui/Checkbox';
import { FieldNote } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { Block } from '../parts/Page';
import type { Choose } from './Notifications';

const DIGESTS: readonly Preferences['digest'][] = ['quarter', 'hour', 'day'];
const WAYS = ['list', 'desktop', 'push', 'email'] as const satisfies readonly Preferences['ways'][Kind][number][];

export interface WaysTableProps {
  readonly preferences: Preferences;
  readonly choose: Choose;
}

/** Which event goes which way. On a phone each kind stands above its ways. */
export function WaysTable({ preferences, choose }: WaysTableProps) {
  const { ways } = preferences;
  const set = (kind: Kind, way: (typeof WAYS)[number], isOn: boolean) => {
    const kept = WAYS.filter((one) => (one === way ? isOn : ways[kind].includes(one)));
    choose({ ways: { ...ways, [kind]: kept } });
  };
  return (
    <Block title={t('settings.notifications.ways')} text={t('settings.notifications.ways_text')}>
      <ul className="flex flex-col divide-y divide-line">
        {KINDS.map((kind) => (
          <li key={kind} className="py-2">
            <fieldset>
              <legend className="text-14 font-medium">{t(`settings.notifications.kind_${kind}`)}</legend>
              <div className="grid grid-cols-2 gap-x-4 sm:grid-cols-4">
                {WAYS.map((way) => (
                  <Checkbox
                    key={way}
                    label={t(`settings.notifications.way_${way}`)}
                    checked={ways[kind].includes(way)}
                    onCheckedChange={(isOn) => set(kind, way, isOn)}
                  />
                ))}
              </div>
            </fieldset>
          </li>
        ))}
      </ul>
      <Digest preferences={preferences} choose={choose} />
    </Block>
  );
}

/** After how long something unread goes out by e-mail; or why nothing does. */
function Digest({ preferences, choose }: WaysTableProps) {
  const { data } = useQuery({
    queryKey: ['reach-ways'],
    queryFn: () => request<{ sends_email: boolean }>('GET', '/api/reach-ways'),
  });
  if (data?.sends_email === false) {
    return <FieldNote state="warn">{t('settings.notifications.no_mail')}</FieldNote>;
  }
  return (
    <Select
      label={t('settings.notifications.digest')}
      value={preferences.digest}
      options={DIGESTS.map((value) => ({ value, label: t(`settings.notifications.digest_${value}`) }))}
      onValueChange={(digest) => choose({ digest })}
    />
  );
}
