/** Skills of the workspace, and those that a conversation asks for. */
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { onChanges } from '@/shared/feed/feed';
import type { components } from '@/shared/schema';
import { getState } from '@/shared/store/store';

export type Skill = components['schemas']['Skill'];
export type SkillUpdate = components['schemas']['SkillUpdate'];
export type AskedSkills = components['schemas']['AskedSkills'];

export async function fetchSkills(): Promise<readonly Skill[]> {
  return (await request<{ readonly items: readonly Skill[] }>('GET', '/api/skills')).items;
}

let kept: { readonly key: string; readonly skills: Promise<readonly Skill[]> } | undefined;

onChanges(({ events }) => {
  if (events.some(({ kind, data }) => kind === 'routing_changed' && data?.['skill_id'] !== undefined)) kept = undefined;
});

/** Asked for once, and again when somebody changes them: whoever goes from chat to chat does not ask each time. */
export function knownSkills(): Promise<readonly Skill[]> {
  const { me, epoch } = getState();
  const key = `${me} ${epoch}`;
  if (kept?.key === key) return kept.skills;
  const skills = fetchSkills();
  kept = { key, skills };
  skills.catch(() => {
    if (kept?.skills === skills) kept = undefined;
  });
  return skills;
}

export function fetchAsked(id: Id): Promise<AskedSkills> {
  return request('GET', `/api/conversations/${id}/skills`);
}

export function patchAsked(id: Id, change: Difference): Promise<AskedSkills> {
  return request('PATCH', `/api/conversations/${id}/skills`, { body: change });
}

export interface Difference {
  readonly add: Id[];
  readonly remove: Id[];
}

/** What leads from one set to the other. Pure. */
export function differenceOf(before: readonly Id[], after: readonly Id[]): Difference {
  return {
    add: after.filter((id) => !before.includes(id)),
    remove: before.filter((id) => !after.includes(id)),
  };
}
