/** Skills: who has them, and which labels ask for them. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { GraduationCap, Pencil, Plus, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { labelsOfKind } from '@/app/labels/labels';
import { differenceOf, fetchSkills, type Skill, type SkillUpdate } from '@/app/skills/skills';
import { request } from '@/shared/api/http';
import { onChanges } from '@/shared/feed/feed';
import { formatSpan } from '@/shared/format/times';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Button } from '@/shared/ui/Button';
import { ConfirmDialog } from '@/shared/ui/Dialog';
import { FormDialog } from '@/shared/ui/FormDialog';
import { IconButton } from '@/shared/ui/IconButton';
import { MultiSelect } from '@/shared/ui/MultiSelect';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { act } from '../act';
import { Block } from '../parts/Page';
import { Row, Rows } from '../parts/Rows';
import type { Routing } from '../types';
import { withValue } from './load';
import { useChangeRouting } from './useRouting';

const KEY = ['skills'] as const;
const WAIT_MIN = [0, 1, 2, 3, 5, 10, 15, 30] as const;

export function Skills({ routing, isDisabled }: { readonly routing: Routing; readonly isDisabled: boolean }) {
  const change = useChangeRouting();
  const skills = useSkills();
  const wait = routing.settings.skill_wait_min ?? 0;
  const [edited, setEdited] = useState<Skill | 'new'>();
  const [deleted, setDeleted] = useState<Skill>();
  const { remove } = useChangeSkills();
  return (
    <Block title={t('skills.title')} text={t('skills.text')}>
      <Select
        label={t('skills.wait')}
        hint={t('skills.wait_hint')}
        value={String(wait)}
        disabled={isDisabled}
        options={withValue(WAIT_MIN, wait).map((value) => ({
          value: String(value),
          label: value === 0 ? t('skills.not') : formatSpan(value * 60_000),
        }))}
        onValueChange={(value) =>
          change({ settings: { skill_wait_min: Number(value) } }, { settings: { skill_wait_min: wait } })
        }
      />
      {skills?.length === 0 && <p className="text-13 text-muted">{t('skills.none')}</p>}
      <Rows label={t('skills.title')}>
        {skills?.map((skill) => (
          <SkillRow
            key={skill.id}
            skill={skill}
            isDisabled={isDisabled}
            onEdit={() => setEdited(skill)}
            onDelete={() => setDeleted(skill)}
          />
        ))}
      </Rows>
      {!isDisabled && (
        <span>
          <Button icon={Plus} onClick={() => setEdited('new')}>
            {t('skills.new')}
          </Button>
        </span>
      )}
      {edited !== undefined && (
        <SkillDialog skill={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
      <ConfirmDialog
        open={deleted !== undefined}
        onOpenChange={(isOpen) => !isOpen && setDeleted(undefined)}
        title={t('skills.delete_title', { name: deleted?.name ?? '' })}
        description={t('skills.delete_text')}
        action={t('skills.delete')}
        onConfirm={() => {
          if (deleted) remove(deleted);
          setDeleted(undefined);
        }}
      />
    </Block>
  );
}

interface SkillRowProps {
  readonly skill: Skill;
  readonly isDisabled: boolean;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function SkillRow({ skill, isDisabled, onEdit, onDelete }: SkillRowProps) {
  const { change } = useChangeSkills();
  const agents = useStore((state) => state.agents);
  const labels = labelsOfKind(
    'conversation',
    useStore((state) => state.labels),
  );
  const people = [...agents.values()]
    .filter(({ id, is_active }) => is_active || skill.agent_ids.includes(id))
    .map(({ id, name }) => ({ value: id as string, label: name }))
    .sort((a, b) => a.label.localeCompare(b.label));
  return (
    <Row
      start={<GraduationCap aria-hidden size={16} strokeWidth={1.75} className="text-muted" />}
      title={<bdi className="truncate">{skill.name}</bdi>}
      text={
        <span className="flex flex-wrap gap-2 pt-1.5">
          <MultiSelect
            label={t('skills.people_of', { name: skill.name })}
            placeholder={t('skills.nobody')}
            values={skill.agent_ids}
            isDisabled={isDisabled}
            options={people}
            onValuesChange={(ids) => {
              const { add, remove } = differenceOf(skill.agent_ids, ids);
              change(
                skill.id,
                { add_agent_ids: add, remove_agent_ids: remove },
                { add_agent_ids: remove, remove_agent_ids: add },
              );
            }}
            className="w-48"
          />
          <MultiSelect
            label={t('skills.labels_of', { name: skill.name })}
            placeholder={t('skills.no_label')}
            values={skill.label_ids}
            isDisabled={isDisabled}
            options={labels.map(({ id, name }) => ({ value: id as string, label: name }))}
            onValuesChange={(ids) => {
              const { add, remove } = differenceOf(skill.label_ids, ids);
              change(
                skill.id,
                { add_label_ids: add, remove_label_ids: remove },
                { add_label_ids: remove, remove_label_ids: add },
              );
            }}
            className="w-48"
          />
        </span>
      }
      end={
        !isDisabled && (
          <>
            <IconButton icon={Pencil} label={t('skills.edit', { name: skill.name })} onClick={onEdit} />
            <IconButton icon={Trash2} label={t('skills.delete_named', { name: skill.name })} onClick={onDelete} />
          </>
        )
      }
    />
  );
}

function SkillDialog({ skill, onClose }: { readonly skill: Skill | undefined; readonly onClose: () => void }) {
  const queries = useQueryClient();
  const [name, setName] = useState(skill?.name ?? '');
  const submit = useSubmit(['name']);

  async function save(): Promise<void> {
    const isSaved = await submit.run(async () => {
      const body = { name: name.trim() };
      if (skill === undefined) await request('POST', '/api/skills', { body });
      else await request('PATCH', `/api/skills/${skill.id}`, { body });
    });
    if (!isSaved) return;
    onClose();
    await queries.invalidateQueries({ queryKey: KEY });
  }

  return (
    <FormDialog
      title={skill === undefined ? t('skills.new') : t('skills.edit_title')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('skills.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
    </FormDialog>
  );
}

function useSkills(): readonly Skill[] | undefined {
  const queries = useQueryClient();
  useEffect(
    () =>
      onChanges(({ events }) => {
        if (events.some(({ kind, data }) => kind === 'routing_changed' && data?.['skill_id'] !== undefined)) {
          void queries.invalidateQueries({ queryKey: KEY });
        }
      }),
    [queries],
  );
  return useQuery({ queryKey: KEY, queryFn: fetchSkills }).data;
}

/** Saved at once, and taken back by one press. */
function useChangeSkills() {
  const queries = useQueryClient();
  const patch = async (id: string, body: SkillUpdate) => {
    await request('PATCH', `/api/skills/${id}`, { body });
    await queries.invalidateQueries({ queryKey: KEY });
  };
  return {
    change: (id: string, wanted: SkillUpdate, before: SkillUpdate) =>
      void act(() => patch(id, wanted), {
        done: t('common.saved'),
        undo: () => void act(() => patch(id, before), { done: t('skills.undone') }),
      }),
    remove: (skill: Skill) =>
      void act(
        async () => {
          await request('DELETE', `/api/skills/${skill.id}`);
          await queries.invalidateQueries({ queryKey: KEY });
        },
        { done: t('skills.deleted') },
      ),
  };
}
