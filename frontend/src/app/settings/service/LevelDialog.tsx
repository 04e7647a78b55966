import { useEffect, useState } from 'react';
import { useFields } from '@/app/filters/fields';
import { EVERYTHING, isFinished } from '@/app/filters/filter';
import { request } from '@/shared/api/http';
import { t } from '@/shared/i18n';
import { FormDialog } from '@/shared/ui/FormDialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { Switch } from '@/shared/ui/Switch';
import { TextField } from '@/shared/ui/TextField';
import { showToast } from '@/shared/ui/Toast';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { Conditions } from '../parts/Conditions';
import type { ServiceLevel, Target, TargetPreview } from '../types';
import { momentText, readTarget, readWhole, unitOf, UNITS, USUAL, type Unit } from './target';
import type { useLevelChanges } from './useServiceLevels';

const TARGETS = ['first_reply', 'next_reply', 'resolution'] as const;
type Name = (typeof TARGETS)[number];
/** null: what stands in its fields is no target yet; undefined: not promised. */
type Targets = Readonly<Record<Name, Target | null | undefined>>;

export interface LevelDialogProps {
  /** Absent: a new one is made. */
  readonly level: ServiceLevel | undefined;
  readonly changes: ReturnType<typeof useLevelChanges>;
  readonly onClose: () => void;
}

/** For whom, and by when: with what it comes to for a customer who writes shortly before it closes. */
export function LevelDialog({ level, changes, onClose }: LevelDialogProps) {
  const fields = useFields('sla');
  const [name, setName] = useState(level?.name ?? '');
  const [filter, setFilter] = useState(level?.filter ?? EVERYTHING);
  const [targets, setTargets] = useState<Targets>({
    first_reply: level ? (level.first_reply ?? undefined) : USUAL,
    next_reply: level ? (level.next_reply ?? undefined) : USUAL,
    resolution: level?.resolution ?? undefined,
  });
  const [isStrict, setStrict] = useState(false);
  const submit = useSubmit(['name', ...TARGETS]);
  const isReady = fields !== undefined && fields !== null && isFinished(filter, fields);
  const hasNumbers = TARGETS.every((one) => targets[one] !== null);

  async function save(): Promise<void> {
    setStrict(true);
    if (!isReady || !hasNumbers) return;
    const body = {
      name: name.trim(),
      filter,
      first_reply: targets.first_reply ?? null,
      next_reply: targets.next_reply ?? null,
      resolution: targets.resolution ?? null,
    };
    const isSaved = await submit.run(async () => {
      const saved = await (level ? changes.change(level.id, body) : changes.create(body));
      const undo = () => (level ? changes.change(level.id, level) : changes.remove(saved.id));
      showToast(t('common.saved'), { undo: () => void act(undo) });
    });
    if (isSaved) onClose();
  }

  return (
    <FormDialog
      isWide
      title={level ? level.name : t('settings.service.create')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('service.name')}
        placeholder={t('service.name_example')}
        required
        autoFocus={level === undefined}
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      <Conditions
        where={t('service.where')}
        fields={fields}
        value={filter}
        onValueChange={setFilter}
        isStrict={isStrict}
        isReady={isReady}
      />
      {TARGETS.map((one) => (
        <TargetFields
          key={one}
          name={one}
          start={level ? level[one] : (targets[one] ?? null)}
          error={submit.errors[one]}
          onChange={(target) => {
            submit.clear(one);
            setTargets((before) => ({ ...before, [one]: target }));
          }}
        />
      ))}
      {isStrict && !hasNumbers && <InlineError>{t('service.no_number')}</InlineError>}
    </FormDialog>
  );
}

interface TargetFieldsProps {
  readonly name: Name;
  readonly start: Target | null;
  readonly error: string | undefined;
  readonly onChange: (target: Target | null | undefined) => void;
}

function TargetFields({ name, start, error, onChange }: TargetFieldsProps) {
  const [isOn, setOn] = useState(start !== null);
  const [unit, setUnit] = useState<Unit>(unitOf((start ?? USUAL).minutes));
  const [amount, setAmount] = useState(String((start ?? USUAL).minutes / UNITS[unit]));
  const [isBusiness, setBusiness] = useState((start ?? USUAL).is_business_time);
  const [warns, setWarns] = useState((start ?? USUAL).warns);
  const [warnsAt, setWarnsAt] = useState(String((start ?? USUAL).warns_at));
  const at = warns === 'never' ? 0 : readWhole(warnsAt);
  const rest = { is_business_time: isBusiness, warns, warns_at: at };
  const target = !isOn ? undefined : Number.isNaN(at) ? null : readTarget(amount, unit, rest);
  const key = JSON.stringify(target) ?? '';
  useEffect(() => {
    onChange(target);
    // The form hears of another target only, not of the same one made again.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return (
    <fieldset className="flex flex-col gap-3 border-t border-line pt-4">
      <legend className="sr-only">{t(`service.${name}`)}</legend>
      <Switch label={t(`service.${name}`)} hint={t(`service.${name}_hint`)} checked={isOn} onCheckedChange={setOn} />
      {isOn && (
        <>
          <div className="grid grid-cols-2 gap-3 md:grid-cols-4">
            <TextField
              label={t('service.within')}
              inputMode="numeric"
              maxLength={6}
              autoComplete="off"
              value={amount}
              error={error}
              onValueChange={setAmount}
            />
            <Select<Unit>
              label={t('service.unit')}
              value={unit}
              options={(Object.keys(UNITS) as Unit[]).map((one) => ({ value: one, label: t(`service.unit_${one}`) }))}
              onValueChange={setUnit}
            />
            <Select<'no' | 'yes'>
              label={t('service.counts')}
              className="col-span-2"
              value={isBusiness ? 'yes' : 'no'}
              options={[
                { value: 'no', label: t('service.counts_always') },
                { value: 'yes', label: t('service.counts_open') },
              ]}
              onValueChange={(value) => setBusiness(value === 'yes')}
            />
            <Select<Target['warns']>
              label={t('service.warns')}
              className="col-span-2"
              value={warns}
              options={(['never', 'share', 'before'] as const).map((one) => ({
                value: one,
                label: t(`service.warns_${one}`),
              }))}
              onValueChange={(value) => {
                setWarns(value);
                setWarnsAt(value === 'share' ? '50' : '10');
              }}
            />
            {warns !== 'never' && (
              <TextField
                label={t(`service.warns_at_${warns}`)}
                inputMode="numeric"
                maxLength={6}
                autoComplete="off"
                value={warnsAt}
                onValueChange={setWarnsAt}
              />
            )}
          </div>
          <Preview target={target ?? null} />
        </>
      )}
    </fieldset>
  );
}

const ASK_AFTER_MS = 300;

/** "Who writes Friday 17:50 must have an answer by Monday 09:04", a moment after the last change. */
function Preview({ target }: { readonly target: Target | null }) {
  const asked = JSON.stringify(target);
  const [shown, setShown] = useState<TargetPreview | null>(null);
  useEffect(() => {
    if (asked === 'null') return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      request<TargetPreview>('POST', '/api/sla-policies/preview', { body: { target: JSON.parse(asked) as Target } })
        .then((answer) => isCurrent && setShown(answer))
        .catch(() => isCurrent && setShown(null)); // saving says what is wrong with it
    }, ASK_AFTER_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return (
    <p role="status" className="min-h-5 text-13 text-muted">
      {target !== null && shown !== null && previewText(shown)}
    </p>
  );
}

function previewText({ written_at, due_at, warn_at, zone }: TargetPreview): string {
  const written = momentText(written_at, zone);
  if (due_at === null) return t('service.preview_never', { written });
  const due = momentText(due_at, zone);
  if (warn_at === null) return t('service.preview', { written, due });
  return t('service.preview_warned', { written, due, warn: momentText(warn_at, zone) });
}
