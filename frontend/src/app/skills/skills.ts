/** Skills of the workspace, and those that a conversation asks for. */
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import type { components } from '@/shared/schema';

export type Skill = components['schemas']['Skill'];
export type SkillUpdate = components['schemas']['SkillUpdate'];
export type AskedSkills = components['schemas']['AskedSkills'];

export async function fetchSkills(): Promise<readonly Skill[]> {
  return (await request<{ readonly items: readonly Skill[] }>('GET', '/api/skills')).items;
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
