/** What places of saved replies may stand for, as the server fills them. */
import type { ReplyVariable } from './api/types';
import { hasText, t } from './i18n';

export const REPLY_VARIABLES = [
  'contact.first_name',
  'contact.name',
  'contact.greeting',
  'contact.local_time',
  'agent.first_name',
  'agent.name',
  'channel.name',
  'workspace.name',
] as const satisfies readonly ReplyVariable[];

/** In the reader's words. */
export function variableName(variable: ReplyVariable): string {
  const key = `reply.variable.${variable.replace('.', '_')}`;
  return hasText(key) ? t(key) : variable;
}

/** As it is written in a text. */
export function placeOf(variable: ReplyVariable): string {
  return `{{${variable}}}`;
}
