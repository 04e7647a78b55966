/** What an act is told: its choices and words. */
import { useQuery } from '@tanstack/react-query';
import { spanOf } from '@/app/macros/describe';
import type { Names } from '@/app/macros/names';
import type { Act, ActOf } from '@/app/macros/types';
import { request } from '@/shared/api/http';
import type { Field, FieldValue, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { placeOf, REPLY_VARIABLES, variableName } from '@/shared/replyVariables';
import { Checkbox } from '@/shared/ui/Checkbox';
import { MultiSelect } from '@/shared/ui/MultiSelect';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useStore } from '@/shared/store/store';
import { labelsOfKind } from '../../labels/labels';
import { numberOf } from '../../contact/fields';
import { useChannels } from '../channels/useChannels';
import { ReplyText, type ReplyPlace } from '../replies/ReplyText';
import type { Template } from '../types';

const NOBODY = 'nobody';
const ME = 'me';
const OWN = 'own';
const NEVER = 'never';
const SNOOZES = [60, 180, 480, 1440, 2880, 4320, 10_080] as const;
const DUES = [60, 240, 1440, 2880, 4320, 10_080] as const;
const LINE = 'flex flex-wrap items-end gap-3 *:min-w-48 *:flex-1';

export interface ActFieldsProps<A extends Act = Act> {
  readonly act: A;
  readonly names: Names;
  /** Whoever does it can be named so. */
  readonly hasMe: boolean;
  readonly onChange: (act: Act) => void;
}

export function ActFields({ act, names, hasMe, onChange }: ActFieldsProps) {
  switch (act.kind) {
    case 'assign':
      return <AssignFields act={act} names={names} hasMe={hasMe} onChange={onChange} />;
    case 'team':
      return (
        <Select
          label={t('macros.kind.team')}
          isLabelHidden
          value={act.team_id ?? NOBODY}
          options={[...options(names.teams, act.team_id), { value: NOBODY, label: t('macros.act.team_none') }]}
          onValueChange={(id) => onChange({ ...act, team_id: id === NOBODY ? null : id })}
        />
      );
    case 'labels':
      return <LabelFields act={act} onChange={onChange} />;
    case 'skills':
      return <SkillFields act={act} names={names} onChange={onChange} />;
    case 'priority':
      return (
        <Select
          label={t('macros.kind.priority')}
          isLabelHidden
          value={String(act.priority)}
          options={([3, 2, 1, 0] as const).map((one) => ({ value: String(one), label: t(`priority.${one}`) }))}
          onValueChange={(one) => onChange({ ...act, priority: Number(one) })}
        />
      );
    case 'state':
      return (
        <Select
          label={t('macros.kind.state')}
          isLabelHidden
          value={act.state}
          options={[
            { value: 'resolved', label: t('macros.act.resolve') },
            { value: 'open', label: t('macros.act.open') },
          ]}
          onValueChange={(state) => onChange({ ...act, state })}
        />
      );
    case 'stage':
      return (
        <Select
          label={t('macros.kind.stage')}
          isLabelHidden
          value={act.stage_id ?? NOBODY}
          options={[
            ...[...names.stages.values()].map(({ id, name }) => ({ value: id as string, label: name })),
            { value: NOBODY, label: t('macros.act.stage_none') },
          ]}
          onValueChange={(id) => onChange({ ...act, stage_id: id === NOBODY ? null : id })}
        />
      );
    case 'snooze':
      return (
        <Select
          label={t('macros.kind.snooze')}
          isLabelHidden
          value={act.in_minutes ? String(act.in_minutes) : NEVER}
          options={[
            ...withOwn(SNOOZES, act.in_minutes ?? null).map((minutes) => ({
              value: String(minutes),
              label: t('macros.act.snooze', { span: spanOf(minutes) }),
            })),
            { value: NEVER, label: t('macros.act.snooze_until_reply') },
          ]}
          onValueChange={(minutes) => onChange({ ...act, in_minutes: minutes === NEVER ? null : Number(minutes) })}
        />
      );
    case 'note':
      return (
        <ReplyText
          label={t('macros.note_words')}
          text={act.text}
          places={placesFor(hasMe)}
          onText={(text) => onChange({ ...act, text })}
          error={undefined}
        />
      );
    case 'reply':
      return <ReplyFields act={act} names={names} hasMe={hasMe} onChange={onChange} />;
    case 'template':
      return <TemplateFields act={act} names={names} hasMe={hasMe} onChange={onChange} />;
    case 'field':
      return <FieldFields act={act} names={names} hasMe={hasMe} onChange={onChange} />;
    case 'task':
      return <TaskFields act={act} names={names} hasMe={hasMe} onChange={onChange} />;
    case 'webhook':
      return <WebhookFields act={act} names={names} onChange={onChange} />;
  }
}

function AssignFields({ act, names, hasMe, onChange }: ActFieldsProps<ActOf<'assign'>>) {
  return (
    <Select
      label={t('macros.kind.assign')}
      isLabelHidden
      value={act.is_me ? ME : (act.assignee_id ?? NOBODY)}
      options={[
        ...(hasMe ? [{ value: ME, label: t('macros.act.assign_me') }] : []),
        { value: NOBODY, label: t('macros.act.assign_nobody') },
        ...options(names.agents, act.assignee_id ?? null),
      ]}
      onValueChange={(id) =>
        onChange({ ...act, is_me: id === ME, assignee_id: id === ME || id === NOBODY ? null : id })
      }
    />
  );
}

function SkillFields({ act, names, onChange }: Omit<ActFieldsProps<ActOf<'skills'>>, 'hasMe'>) {
  const { add = [], remove = [] } = act;
  const choices = (others: readonly Id[]) =>
    [...names.skills]
      .filter(([id]) => !others.includes(id))
      .map(([id, name]) => ({ value: id as string, label: name }));
  return (
    <div className={LINE}>
      <MultiSelect
        label={t('macros.skills_on')}
        placeholder={t('macros.skills_on')}
        values={add}
        options={choices(remove)}
        onValuesChange={(ids) => onChange({ ...act, add: ids })}
      />
      <MultiSelect
        label={t('macros.skills_off')}
        placeholder={t('macros.skills_off')}
        values={remove}
        options={choices(add)}
        onValuesChange={(ids) => onChange({ ...act, remove: ids })}
      />
    </div>
  );
}

function LabelFields({ act, onChange }: Omit<ActFieldsProps<ActOf<'labels'>>, 'names' | 'hasMe'>) {
  const labels = labelsOfKind(
    'conversation',
    useStore((state) => state.labels),
  );
  const choices = (others: readonly Id[]) =>
    labels.filter(({ id }) => !others.includes(id)).map(({ id, name }) => ({ value: id as string, label: name }));
  const { add = [], remove = [] } = act;
  return (
    <div className={LINE}>
      <MultiSelect
        label={t('macros.put_on')}
        placeholder={t('macros.put_on')}
        values={add}
        options={choices(remove)}
        onValuesChange={(ids) => onChange({ ...act, add: ids })}
      />
      <MultiSelect
        label={t('macros.take_off')}
        placeholder={t('macros.take_off')}
        values={remove}
        options={choices(add)}
        onValuesChange={(ids) => onChange({ ...act, remove: ids })}
      />
    </div>
  );
}

function ReplyFields({ act, names, hasMe, onChange }: ActFieldsProps<ActOf<'reply'>>) {
  return (
    <>
      <Select
        label={t('macros.kind.reply')}
        isLabelHidden
        value={act.reply_id ?? OWN}
        options={[{ value: OWN, label: t('macros.own_words') }, ...options(names.replies, act.reply_id ?? null)]}
        onValueChange={(id) => onChange({ ...act, reply_id: id === OWN ? null : id, ...(id !== OWN && { text: '' }) })}
      />
      {!act.reply_id && (
        <ReplyText
          label={t('macros.reply_words')}
          text={act.text ?? ''}
          places={placesFor(hasMe)}
          onText={(text) => onChange({ ...act, text })}
          error={undefined}
        />
      )}
    </>
  );
}

function TemplateFields({ act, onChange }: ActFieldsProps<ActOf<'template'>>) {
  const { data: channels = [] } = useChannels();
  const ids = channels.filter(({ state }) => state !== 'disconnected').map(({ id }) => id);
  const { data: templates = [] } = useQuery({
    queryKey: ['macro-templates', ids],
    queryFn: async () => {
      const lists = await Promise.all(
        ids.map((id) => request<{ items: Template[] }>('GET', `/api/templates?channel_id=${id}`)),
      );
      const all = lists.flatMap(({ items }) => items).filter(({ header_media }) => header_media === '');
      return [...new Map(all.map((one) => [keyOf(one), one])).values()];
    },
    enabled: ids.length > 0,
  });
  const chosen = templates.find((one) => keyOf(one) === keyOf(act));
  const begin = (template: Template) => {
    const values = (part: 'header' | 'body' | 'button') =>
      template.variables
        .filter((one) => one.part === part)
        .map(({ name }) => ({ name, value: '', button: 'url' as const }));
    onChange({
      ...act,
      name: template.name,
      language: template.language,
      header_values: values('header'),
      body_values: values('body'),
      button_values: values('button'),
    });
  };
  const parts = [
    ['header_values', act.header_values ?? []],
    ['body_values', act.body_values ?? []],
    ['button_values', act.button_values ?? []],
  ] as const;
  return (
    <>
      <Select
        label={t('macros.kind.template')}
        isLabelHidden
        value={act.name === '' ? OWN : keyOf(act)}
        options={[
          ...(act.name === '' ? [{ value: OWN, label: t('macros.choose') }] : []),
          ...(act.name !== '' && !chosen ? [{ value: keyOf(act), label: act.name }] : []),
          ...templates.map((one) => ({ value: keyOf(one), label: one.name, hint: one.language })),
        ]}
        onValueChange={(key) => {
          const template = templates.find((one) => keyOf(one) === key);
          if (template) begin(template);
        }}
      />
      {chosen && (
        <p dir="auto" className="text-13 break-words whitespace-pre-wrap text-muted">
          {bodyOf(chosen)}
        </p>
      )}
      {parts.flatMap(([part, values]) =>
        values.map((value, index) => (
          <TextField
            key={`${part} ${value.name}`}
            label={t('macros.template_value', { name: value.name })}
            hint={t('macros.template_value_hint')}
            autoComplete="off"
            dir="auto"
            maxLength={500}
            value={value.value}
            onValueChange={(text) =>
              onChange({ ...act, [part]: values.map((one, at) => (at === index ? { ...one, value: text } : one)) })
            }
          />
        )),
      )}
    </>
  );
}

function keyOf({ name, language }: { readonly name: string; readonly language: string }): string {
  return `${name} ${language}`;
}

function bodyOf({ components }: Template): string {
  const parts = components as readonly { type?: string; text?: string }[];
  return parts.find(({ type }) => type?.toUpperCase() === 'BODY')?.text ?? '';
}

function FieldFields({ act, names, onChange }: ActFieldsProps<ActOf<'field'>>) {
  const field = names.fields.get(act.field_id);
  return (
    <div className={LINE}>
      <Select
        label={t('macros.kind.field')}
        isLabelHidden
        value={act.field_id === '' ? OWN : act.field_id}
        options={[
          ...(act.field_id === '' ? [{ value: OWN, label: t('macros.choose') }] : []),
          ...(act.field_id !== '' && !field ? [{ value: act.field_id, label: t('macros.gone') }] : []),
          ...[...names.fields.values()].map(({ id, name, owner }) => ({
            value: id as string,
            label: name,
            hint: t(owner === 'contact' ? 'macros.of_contact' : 'macros.of_conversation'),
          })),
        ]}
        onValueChange={(id) => onChange({ ...act, field_id: id, value: null })}
      />
      {field && <ValueField field={field} value={act.value} onValue={(value) => onChange({ ...act, value })} />}
    </div>
  );
}

interface ValueFieldProps {
  readonly field: Field;
  readonly value: FieldValue | null;
  readonly onValue: (value: FieldValue | null) => void;
}

function ValueField({ field, value, onValue }: ValueFieldProps) {
  const choices = field.options.map(({ id, name }) => ({ value: id, label: name }));
  const empty = { value: NOBODY, label: t('macros.empty_it') };
  switch (field.type) {
    case 'choices':
      return (
        <MultiSelect
          label={field.name}
          placeholder={t('macros.empty_it')}
          values={Array.isArray(value) ? value : []}
          options={choices}
          onValuesChange={onValue}
        />
      );
    case 'choice':
    case 'boolean': {
      const offered =
        field.type === 'choice'
          ? choices
          : [
              { value: 'true', label: t('contact.yes') },
              { value: 'false', label: t('contact.no') },
            ];
      return (
        <Select
          label={field.name}
          isLabelHidden
          value={value === null ? NOBODY : String(value)}
          options={[...offered, empty]}
          onValueChange={(one) => onValue(one === NOBODY ? null : field.type === 'boolean' ? one === 'true' : one)}
        />
      );
    }
    default:
      return (
        <TextField
          label={field.name}
          type={field.type === 'date' ? 'date' : 'text'}
          inputMode={field.type === 'number' ? 'decimal' : undefined}
          autoComplete="off"
          maxLength={500}
          value={value === null ? '' : String(value)}
          onValueChange={(text) => onValue(text === '' ? null : field.type === 'number' ? numberOf(text) : text)}
        />
      );
  }
}

function TaskFields({ act, names, hasMe, onChange }: ActFieldsProps<ActOf<'task'>>) {
  const due = act.due_in_minutes ?? null;
  return (
    <>
      <div className={LINE}>
        {names.patterns.size > 0 && (
          <Select
            label={t('macros.task_by')}
            value={act.pattern_id ?? OWN}
            options={[{ value: OWN, label: t('macros.own_words') }, ...options(names.patterns, act.pattern_id ?? null)]}
            onValueChange={(id) =>
              onChange({ ...act, pattern_id: id === OWN ? null : id, ...(id !== OWN && { title: '' }) })
            }
          />
        )}
        {!act.pattern_id && (
          <TextField
            label={t('macros.task_title')}
            autoComplete="off"
            dir="auto"
            maxLength={200}
            value={act.title ?? ''}
            onValueChange={(title) => onChange({ ...act, title })}
          />
        )}
      </div>
      <div className={LINE}>
        <Select
          label={t('macros.task_owner')}
          value={act.is_mine ? ME : (act.owner_id ?? NOBODY)}
          options={[
            ...(hasMe ? [{ value: ME, label: t('macros.whoever_runs') }] : []),
            { value: NOBODY, label: t('macros.nobody') },
            ...options(names.agents, act.owner_id ?? null),
          ]}
          onValueChange={(id) =>
            onChange({ ...act, is_mine: id === ME, owner_id: id === ME || id === NOBODY ? null : id })
          }
        />
        <Select
          label={t('macros.task_due')}
          value={due === null ? NEVER : String(due)}
          options={[
            { value: NEVER, label: t(act.pattern_id ? 'macros.due_by_pattern' : 'macros.no_due') },
            ...withOwn(DUES, due).map((minutes) => ({ value: String(minutes), label: spanOf(minutes) })),
          ]}
          onValueChange={(value) => onChange({ ...act, due_in_minutes: value === NEVER ? null : Number(value) })}
        />
      </div>
    </>
  );
}

function WebhookFields({ act, names, onChange }: Omit<ActFieldsProps<ActOf<'webhook'>>, 'hasMe'>) {
  return (
    <>
      <Select
        label={t('macros.kind.webhook')}
        isLabelHidden
        value={act.webhook_id}
        options={options(names.webhooks ?? new Map<Id, string>(), act.webhook_id)}
        onValueChange={(id) => onChange({ ...act, webhook_id: id })}
      />
      <Checkbox
        label={t('macros.takes_answer')}
        hint={t('macros.takes_answer_text')}
        checked={act.takes_answer ?? false}
        onCheckedChange={(takes_answer) => onChange({ ...act, takes_answer })}
      />
    </>
  );
}

/** Where nobody looks, there is no agent, and what may be unknown of a customer says what stands there then. */
function placesFor(hasMe: boolean): readonly ReplyPlace[] {
  return REPLY_VARIABLES.filter((one) => hasMe || !one.startsWith('agent.')).map((one) => {
    const place = placeOf(one);
    const isUnsure = !hasMe && one.startsWith('contact.');
    return { name: variableName(one), text: isUnsure ? place.replace('}}', ' | default: ""}}') : place };
  });
}

/** By their names; one that is gone stays to be seen, and to be chosen away from. */
function options(names: ReadonlyMap<Id, string>, chosen: Id | null): { value: string; label: string }[] {
  const known = [...names].map(([id, name]) => ({ value: id as string, label: name }));
  known.sort((one, other) => one.label.localeCompare(other.label));
  return chosen === null || names.has(chosen) ? known : [{ value: chosen, label: t('macros.gone') }, ...known];
}

function withOwn(offered: readonly number[], own: number | null): readonly number[] {
  return own === null || offered.includes(own) ? offered : [...offered, own].sort((a, b) => a - b);
}
