/** In the panel beside the thread: what whoever is given the conversation should know. Nothing where there are no skills. */
import { useEffect, useId, useState } from 'react';
import { useMay } from '@/shared/api/session';
import type { Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import { t } from '@/shared/i18n';
import { formatList } from '@/shared/i18n/format';
import { problemText } from '@/shared/problem';
import { MultiSelect } from '@/shared/ui/MultiSelect';
import { showToast } from '@/shared/ui/Toast';
import {
  differenceOf,
  fetchAsked,
  knownSkills,
  patchAsked,
  type AskedSkills,
  type Difference,
  type Skill,
} from './skills';

export default function PanelSkills({ conversationId }: { readonly conversationId: Id }) {
  const mayChange = useMay('conversations:change');
  const titleId = useId();
  const [known, setKnown] = useState<Both>();
  useEffect(() => {
    let isCurrent = true;
    const load = () =>
      readBoth(conversationId).then(
        (both) => isCurrent && setKnown(both),
        () => undefined, // what is not seen is not shown
      );
    void load();
    const stop = onChanges(({ events }) => {
      const concerns = events.some(
        ({ kind, conversation_id, data }) =>
          (kind === 'routing_changed' && data?.['skill_id'] !== undefined) ||
          (kind === 'conversation_changed' &&
            conversation_id === conversationId &&
            (data?.['skill_id'] !== undefined || data?.['label_id'] !== undefined)),
      );
      if (concerns) void load();
    });
    return () => {
      isCurrent = false;
      stop();
    };
  }, [conversationId]);
  if (known === undefined || known.skills.length === 0) return null;

  const { skills, asked } = known;
  const names = new Map(skills.map(({ id, name }) => [id, name]));
  const change = async (difference: Difference, undo?: Difference) => {
    try {
      const answer = await patchAsked(conversationId, difference);
      setKnown({ skills, asked: answer });
      showToast(undo === undefined ? t('skills.undone') : t('common.saved'), {
        undo: undo && (() => void change(undo)),
      });
    } catch (error) {
      showToast(problemText(error), { isError: true });
    }
  };
  return (
    <section aria-labelledby={titleId} className="border-t border-line px-4 py-3 text-13">
      <h3 id={titleId} className="pb-2 font-semibold">
        {t('skills.needed')}
      </h3>
      <MultiSelect
        label={t('skills.needed')}
        placeholder={t('skills.nothing')}
        values={asked.asked_ids}
        isDisabled={!mayChange}
        options={skills.map(({ id, name }) => ({ value: id, label: name }))}
        onValuesChange={(ids) => {
          const { add, remove } = differenceOf(asked.asked_ids, ids);
          void change({ add, remove }, { add: remove, remove: add });
        }}
      />
      {asked.label_ids.length > 0 && (
        <p className="pt-1.5 text-muted">
          {t('skills.by_labels', { skills: formatList(asked.label_ids.flatMap((id) => names.get(id) ?? [])) })}
        </p>
      )}
    </section>
  );
}

interface Both {
  readonly skills: readonly Skill[];
  readonly asked: AskedSkills;
}

async function readBoth(conversationId: Id): Promise<Both> {
  const skills = await knownSkills();
  return { skills, asked: skills.length === 0 ? { asked_ids: [], label_ids: [] } : await fetchAsked(conversationId) };
}
