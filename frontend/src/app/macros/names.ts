/** What acts name, in words: of labels, teams and people the desk knows them; the rest is asked for once. */
import { useEffect, useState } from 'react';
import { fetchTaskPatterns } from '@/shared/api/calls';
import { answerOf, client } from '@/shared/api/client';
import type { Field, Id, Stage } from '@/shared/api/types';
import { useStore } from '@/shared/store/store';
import { useFields } from '../contact/fields';
import { fetchSkills } from '../skills/skills';
import { useStages } from '../stages/useStages';

export interface Names {
  readonly me: Id;
  readonly agents: ReadonlyMap<Id, string>;
  readonly teams: ReadonlyMap<Id, string>;
  readonly labels: ReadonlyMap<Id, string>;
  readonly skills: ReadonlyMap<Id, string>;
  readonly stages: ReadonlyMap<Id, Stage>;
  readonly fields: ReadonlyMap<Id, Field>;
  readonly patterns: ReadonlyMap<Id, string>;
  readonly replies: ReadonlyMap<Id, string>;
  /** Only where a rule is made, and by whoever may see them. */
  readonly webhooks?: ReadonlyMap<Id, string>;
  /** False while some are asked for: a name that is missing may still come. */
  readonly isWhole: boolean;
}

type Asked = Pick<Names, 'patterns' | 'replies' | 'skills'>;

export function useNames(): Names {
  const me = useStore((state) => state.me);
  const agents = useStore((state) => state.agents);
  const teams = useStore((state) => state.teams);
  const labels = useStore((state) => state.labels);
  const stages = useStages();
  const ofConversations = useFields('conversation');
  const ofContacts = useFields('contact');
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => {
    let isCurrent = true;
    Promise.all([fetchTaskPatterns(), answerOf(client.GET('/api/saved-replies')), fetchSkills()]).then(
      ([patterns, { items }, skills]) => {
        if (!isCurrent) return;
        setAsked({
          patterns: new Map(patterns.map(({ id, name }) => [id, name])),
          skills: named(skills),
          replies: new Map(items.map(({ id, title }) => [id, title])),
        });
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  return {
    me,
    agents: named(agents.values()),
    teams: named(teams.values()),
    labels: named(labels.values()),
    skills: asked?.skills ?? new Map<Id, string>(),
    stages: new Map((stages ?? []).map((stage) => [stage.id, stage])),
    fields: new Map([...(ofConversations ?? []), ...(ofContacts ?? [])].map((field) => [field.id, field])),
    patterns: asked?.patterns ?? new Map<Id, string>(),
    replies: asked?.replies ?? new Map<Id, string>(),
    isWhole: stages !== undefined && ofConversations !== undefined && asked !== undefined,
  };
}

function named(things: Iterable<{ readonly id: Id; readonly name: string }>): ReadonlyMap<Id, string> {
  return new Map([...things].map(({ id, name }) => [id, name]));
}
