import { KINDS, type Kind } from '@/app/reach/describe';
import type { Preferences } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Checkbox } from '@/shared/ui/Checkbox';
import { Block } from '../parts/Page';
import type { Choose } from './Notifications';

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
    </Block>
  );
}
