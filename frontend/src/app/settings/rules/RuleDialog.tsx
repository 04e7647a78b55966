import { useState } from 'react';
import { useFields } from '@/app/filters/fields';
import { EVERYTHING, isFinished } from '@/app/filters/filter';
import type { Names } from '@/app/macros/names';
import type { Act } from '@/app/macros/types';
import type { Rule, RuleTrial, Trigger } from '@/app/rules/types';
import { request } from '@/shared/api/http';
import type { Filter } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { FormDialog } from '@/shared/ui/FormDialog';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { ACT_PLACES, ActSteps } from '../acts/ActSteps';
import { Conditions } from '../parts/Conditions';
import { TriggerFields } from './TriggerFields';
import { TryPanel } from './TryPanel';
import type { RuleChanges } from './useRules';

const USUAL: Trigger = { on: 'message_received', of: [], minutes: 0, is_business_time: false };

export interface RuleDialogProps {
  /** Absent: a new one is made. */
  readonly rule: Rule | undefined;
  readonly names: Names;
  readonly changes: RuleChanges;
  readonly onClose: () => void;
}

/** When, of whom, and what: read from the top down as one sentence. */
export function RuleDialog({ rule, names, changes, onClose }: RuleDialogProps) {
  const fields = useFields('rules');
  const [name, setName] = useState(rule?.name ?? '');
  const [trigger, setTrigger] = useState<Trigger | null>(rule?.trigger ?? USUAL);
  const [filter, setFilter] = useState(rule?.filter ?? EVERYTHING);
  const [acts, setActs] = useState<readonly Act[]>(rule?.acts ?? []);
  const [isStrict, setStrict] = useState(false);
  const [trial, setTrial] = useState<{ readonly filter: Filter; readonly found: RuleTrial } | null>(null);
  const submit = useSubmit(['name', 'trigger', ...ACT_PLACES]);
  const trying = useSubmit(['trigger', ...ACT_PLACES]);
  const errors = { ...trying.errors, ...submit.errors };
  const isReady = fields !== undefined && fields !== null && isFinished(filter, fields);

  /** On what happened in the last week; what was tried before is not what stands there now. */
  async function tryOut(): Promise<void> {
    setStrict(true);
    setTrial(null);
    if (!isReady || trigger === null) return;
    const body = { name: name.trim() || t('rules.name'), trigger, filter, acts: [...acts], rule_id: rule?.id ?? null };
    await trying.run(async () => {
      setTrial({ filter, found: await request<RuleTrial>('POST', '/api/rules/try', { body }) });
    });
  }

  async function save(): Promise<void> {
    setStrict(true);
    if (!isReady || trigger === null) return;
    const body = { name: name.trim(), trigger, filter, acts: [...acts] };
    const isSaved = await submit.run(async () => {
      const saved = await (rule ? changes.change(rule.id, body) : changes.create({ ...body, is_on: true }));
      const undo = () => (rule ? changes.change(rule.id, rule) : changes.remove(saved.id));
      showToast(t('common.saved'), { undo: () => void act(undo) });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      isWide
      title={rule ? rule.name : t('settings.rules.create')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
      aside={
        <Button className="me-auto" isBusy={trying.isBusy} onClick={() => void tryOut()}>
          {t('rules.try')}
        </Button>
      }
    >
      <TextField
        label={t('rules.name')}
        placeholder={t('rules.name_example')}
        required
        autoFocus={rule === undefined}
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      <TriggerFields
        start={rule?.trigger ?? USUAL}
        names={names}
        error={errors['trigger']}
        isStrict={isStrict}
        onChange={(next) => {
          submit.clear('trigger');
          trying.clear('trigger');
          setTrigger(next);
        }}
      />
      <Conditions
        where={t('rules.where')}
        fields={fields}
        value={filter}
        onValueChange={setFilter}
        isStrict={isStrict}
        isReady={isReady}
      />
      <section aria-label={t('rules.then')} className="flex flex-col gap-3">
        <h3 className="text-14 font-medium">{t('rules.then')}</h3>
        <ActSteps
          hasMe={false}
          acts={acts}
          names={names}
          errors={errors}
          onChange={(next) => {
            for (const place of ACT_PLACES) {
              submit.clear(place);
              trying.clear(place);
            }
            setActs(next);
          }}
        />
      </section>
      {trying.error !== undefined && <InlineError>{trying.error}</InlineError>}
      {trial !== null && fields && <TryPanel trial={trial.found} filter={trial.filter} fields={fields} />}
    </FormDialog>
  );
}
