/** Acts one below the other: added from a menu, moved up, taken out. For macros and for rules. */
import { ArrowUp, Plus, X } from 'lucide-react';
import { useRef } from 'react';
import { ACT_KINDS, iconOf, kindName } from '@/app/macros/describe';
import type { Names } from '@/app/macros/names';
import type { Act } from '@/app/macros/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { IconButton } from '@/shared/ui/IconButton';
import { FieldNote } from '@/shared/ui/InlineError';
import { Menu, MenuItem } from '@/shared/ui/Menu';
import { ActFields } from './ActFields';
import { newAct } from './newAct';

const MOST = 20;
/** Where the server says what is wrong with one of them. */
export const ACT_PLACES: readonly string[] = [
  'acts',
  ...Array.from({ length: MOST + 1 }, (_, place) => `acts.${place}`),
];

export interface ActStepsProps {
  readonly acts: readonly Act[];
  readonly names: Names;
  readonly errors: Readonly<Record<string, string | undefined>>;
  /** Somebody does them, and can be named so; a rule does them for nobody. */
  readonly hasMe: boolean;
  readonly onChange: (acts: readonly Act[]) => void;
}

export function ActSteps({ acts, names, errors, hasMe, onChange }: ActStepsProps) {
  const keys = useKeys(acts);
  const replace = (place: number, act: Act) => {
    const before = acts[place];
    if (before) keys.set(act, keys.get(before) ?? 0);
    onChange(acts.map((one, at) => (at === place ? act : one)));
  };
  return (
    <>
      <ol
        aria-label={t('macros.steps')}
        className="flex flex-col divide-y divide-line border-y border-line empty:hidden"
      >
        {acts.map((act, place) => (
          <StepRow
            key={keys.get(act)}
            act={act}
            names={names}
            hasMe={hasMe}
            error={errors[`acts.${place}`]}
            isFirst={place === 0}
            onChange={(next) => replace(place, next)}
            onUp={() => onChange(moved(acts, place))}
            onRemove={() => onChange(acts.filter((_, at) => at !== place))}
          />
        ))}
      </ol>
      {errors['acts'] !== undefined && (
        <FieldNote id="act-steps" state="failed">
          {errors['acts']}
        </FieldNote>
      )}
      <div>
        <Menu align="start" trigger={<Button icon={Plus}>{t('macros.add_step')}</Button>}>
          {ACT_KINDS.filter((kind) => isOffered(kind, names)).map((kind) => {
            const act = newAct(kind, hasMe);
            return (
              <MenuItem key={kind} icon={iconOf(act)} onClick={() => onChange([...acts, act])}>
                {kindName(kind)}
              </MenuItem>
            );
          })}
        </Menu>
      </div>
    </>
  );
}

/** Only what there is something of to name. */
function isOffered(kind: Act['kind'], names: Names): boolean {
  if (kind === 'webhook') return (names.webhooks?.size ?? 0) > 0;
  return kind !== 'skills' || names.skills.size > 0;
}

/** Rows keep their fields while others come and go: an act keeps its key through every change of it. */
function useKeys(acts: readonly Act[]): Map<Act, number> {
  const last = useRef(0);
  const keys = useRef(new Map<Act, number>());
  for (const act of acts) if (!keys.current.has(act)) keys.current.set(act, (last.current += 1));
  return keys.current;
}

function moved(acts: readonly Act[], place: number): readonly Act[] {
  const next = [...acts];
  const [act] = next.splice(place, 1);
  if (act) next.splice(place - 1, 0, act);
  return next;
}

interface StepRowProps {
  readonly act: Act;
  readonly names: Names;
  readonly hasMe: boolean;
  readonly error: string | undefined;
  readonly isFirst: boolean;
  readonly onChange: (act: Act) => void;
  readonly onUp: () => void;
  readonly onRemove: () => void;
}

function StepRow({ act, names, hasMe, error, isFirst, onChange, onUp, onRemove }: StepRowProps) {
  const Icon = iconOf(act);
  const kind = kindName(act.kind);
  return (
    <li className="flex flex-col gap-2 py-3">
      <div className="flex items-center gap-2.5">
        <Icon aria-hidden size={16} strokeWidth={1.75} className="shrink-0 text-muted" />
        <span className="flex-1 text-14 font-medium">{kind}</span>
        {!isFirst && <IconButton icon={ArrowUp} size={28} label={t('macros.up', { step: kind })} onClick={onUp} />}
        <IconButton icon={X} size={28} label={t('macros.remove', { step: kind })} onClick={onRemove} />
      </div>
      <ActFields act={act} names={names} hasMe={hasMe} onChange={onChange} />
      {error !== undefined && (
        <FieldNote id="act-step" state="failed">
          {error}
        </FieldNote>
      )}
    </li>
  );
}
