/** What a macro does to each of many; which of them it leaves alone, and why, is told once it is done. */
import { TriangleAlert } from 'lucide-react';
import { useImperativeHandle, type RefObject } from 'react';
import { t } from '@/shared/i18n';
import { said } from '@/shared/said';
import { Button } from '@/shared/ui/Button';
import { Kbd } from '@/shared/ui/Kbd';
import { describeAct, iconOf } from './describe';
import { useNames } from './names';
import type { PaneHandle } from './PreviewPane';
import type { Macro } from './types';

export interface ManyPaneProps {
  readonly handle: RefObject<PaneHandle | null>;
  readonly macro: Macro;
  readonly number: string;
  readonly onRun: () => void;
}

export function ManyPane({ handle, macro, number, onRun }: ManyPaneProps) {
  const names = useNames();
  const broken = new Map((macro.broken ?? []).map((one) => [one.place, one]));
  const isBroken = broken.size > 0;
  const run = () => {
    if (!isBroken) onRun();
  };
  useImperativeHandle(handle, () => ({ run }));
  return (
    <>
      <p className="pb-2 text-13 text-muted">{t('macros.many', { number })}</p>
      <ol aria-label={macro.name} className="flex min-h-0 flex-1 flex-col gap-2 overflow-y-auto">
        {macro.acts.map((act, place) => {
          const Icon = iconOf(act);
          const problem = broken.get(place);
          return (
            <li key={place} className="flex items-start gap-2.5 text-14">
              <Icon aria-hidden size={16} strokeWidth={1.75} className="mt-0.5 shrink-0 text-muted" />
              <span className="min-w-0 flex-1">
                <span dir="auto" className="block text-aligned">
                  {describeAct(act, names)}
                </span>
                {(act.kind === 'note' || act.kind === 'reply') && act.text && (
                  <span dir="auto" className="block text-aligned text-13 break-words whitespace-pre-wrap text-muted">
                    {act.text}
                  </span>
                )}
                {problem && (
                  <span className="flex items-start gap-1.5 text-13 text-warn">
                    <TriangleAlert aria-hidden size={14} strokeWidth={1.75} className="mt-0.5 shrink-0" />
                    {said(problem.reason, problem.title, problem.values)}
                  </span>
                )}
              </span>
            </li>
          );
        })}
      </ol>
      <div className="flex justify-end pt-3">
        <Button look="filled" disabled={isBroken} onClick={run}>
          {t('macros.run_over', { number })}
          <Kbd keys="Enter" isOnAccent={!isBroken} />
        </Button>
      </div>
    </>
  );
}
