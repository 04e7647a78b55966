/** The operators of a search: its own words, and those of every field that can be asked. */
import { useMemo } from 'react';
import type { FilterField } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { countryName } from '../contact/countries';
import { nameOfField, nameOfOption, useFields } from '../filters/fields';
import { labelsOfKind } from '../labels/labels';
import { useStages } from '../stages/useStages';
import type { Operator } from './complete';

const OWN = ['from', 'label', 'channel', 'has', 'is', 'before', 'after'] as const;
const HAS = ['image', 'video', 'audio', 'voice', 'document', 'file', 'link', 'location', 'contact', 'template', 'call'];
const IS = ['open', 'pending', 'snoozed', 'resolved', 'unassigned', 'mine', 'incoming', 'outgoing', 'note'];
const DAYS = ['today', 'yesterday', '7d', '30d'];
const PRIORITIES = ['urgent', 'high', 'medium', 'none'];

export function useOperators(): readonly Operator[] {
  const fields = useFields('search');
  const agents = useStore((state) => state.agents);
  const channels = useStore((state) => state.channels);
  const labels = useStore((state) => state.labels);
  const teams = useStore((state) => state.teams);
  const stages = useStages();
  return useMemo(() => {
    const people = ['me', ...[...agents.values()].map(({ name }) => name)];
    const numbers = [...channels.values()].map(({ name }) => name);
    const asked = [...(fields?.values() ?? [])].filter(({ word }) => !(OWN as readonly string[]).includes(word));
    const signs = asked.filter(({ kind }) => kind === 'boolean').map(({ word }) => word);
    const own: Readonly<Record<(typeof OWN)[number], readonly string[]>> = {
      from: ['customer', 'us', ...people],
      label: [...labelsOfKind('conversation', labels), ...labelsOfKind('contact', labels)].map(({ name }) => name),
      channel: numbers,
      has: HAS,
      is: [...IS, ...signs],
      before: DAYS,
      after: DAYS,
    };
    const valuesOf = (field: FilterField): readonly string[] => {
      switch (field.kind) {
        case 'agent':
        case 'agents':
          return [...people, ...maybe(field)];
        case 'team':
          return [...[...teams.values()].map(({ name }) => name), ...maybe(field)];
        case 'stage':
          return [...(stages ?? []).map(({ name }) => name), ...maybe(field)];
        case 'channel':
          return numbers;
        case 'labels':
          return labelsOfKind(field.subject, labels).map(({ name }) => name);
        case 'boolean':
          return ['yes', 'no'];
        case 'time':
          return [...DAYS, '>7d', ...maybe(field)];
        case 'choice':
        case 'choices':
          return field.id === 'priority' ? PRIORITIES : field.options.map((option) => nameOfOption(field, option));
        case 'country':
          return [...field.options, ...maybe(field)];
        default:
          return maybe(field);
      }
    };
    return [
      ...OWN.map((word) => ({ word, name: t(`search.op_${word}`), values: own[word] })),
      ...asked.map((field) => ({
        word: field.word,
        name: nameOfField(field),
        values: valuesOf(field),
        ...(field.kind === 'country' && { names: field.options.map((code) => countryName(code)) }),
      })),
    ];
  }, [fields, agents, channels, labels, teams, stages]);
}

function maybe(field: FilterField): readonly string[] {
  return field.operators.includes('empty') ? ['none', 'any'] : [];
}
