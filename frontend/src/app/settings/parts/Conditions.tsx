import { FilterBuilder } from '@/app/filters/FilterBuilder';
import type { Fields } from '@/app/filters/fields';
import type { Filter } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { InlineError } from '@/shared/ui/InlineError';
import { Skeleton } from '@/shared/ui/Skeleton';

export interface ConditionsProps {
  /** Of what it is said, as the beginning of a sentence. */
  readonly where: string;
  /** Undefined: asked for; null: they did not come. */
  readonly fields: Fields | null | undefined;
  readonly value: Filter;
  readonly onValueChange: (filter: Filter) => void;
  /** Somebody wanted to save: what is not finished is said. */
  readonly isStrict: boolean;
  readonly isReady: boolean;
}

/** For which conversations a policy is. */
export function Conditions({ where, fields, value, onValueChange, isStrict, isReady }: ConditionsProps) {
  return (
    <>
      {fields === undefined && <Skeleton />}
      {fields === null && <InlineError>{t('common.failed')}</InlineError>}
      {fields && (
        <FilterBuilder where={where} fields={fields} value={value} onValueChange={onValueChange} isStrict={isStrict} />
      )}
      {isStrict && !isReady && <InlineError>{t('filter.unfinished')}</InlineError>}
    </>
  );
}
