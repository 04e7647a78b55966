import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { saidAll } from '@/shared/said';
import { StateMark } from '@/shared/ui/InlineError';
import type { Check } from '../types';
import { titleOf } from './words';
import { countLeft } from './useChecks';

export interface CheckListProps {
  readonly checks: readonly Check[];
  readonly onAgain: () => void;
}

/** Every check in one list: what holds, what does not and why, what is awaited. */
export function CheckList({ checks, onAgain }: CheckListProps) {
  const held = checks.length - countLeft(checks);
  return (
    <section aria-labelledby="checks" aria-live="polite">
      <div className="flex items-baseline justify-between border-b border-line pb-3">
        <h2 id="checks" className="text-14 font-semibold">
          {t('settings.checks.title')}
        </h2>
        {checks.length > 0 && (
          <span className="tabular text-13 text-muted">{t('settings.checks.held', { held, of: checks.length })}</span>
        )}
      </div>
      {checks.length === 0 ? (
        <p className="py-3 text-13 text-muted">{t('settings.checks.none')}</p>
      ) : (
        <ul>
          {checks.map((check) => (
            <li key={check.name} className="flex gap-3 border-b border-line py-2.5">
              <span className="mt-0.5 flex">
                <StateMark state={check.state} size={16} />
              </span>
              <span className="min-w-0">
                <span className="block text-14">
                  {titleOf(check)}
                  <span className="sr-only">, {t(`settings.checks.${check.state}`)}</span>
                </span>
                <span dir="auto" className="block text-13 break-words text-muted">
                  {saidAll(check.says, check.detail)}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
      {checks.length > held && (
        <Button look="link" size="small" className="-ms-2.5 mt-2" onClick={onAgain}>
          {t('settings.checks.again')}
        </Button>
      )}
    </section>
  );
}
