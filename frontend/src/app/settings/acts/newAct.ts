import type { Act } from '@/app/macros/types';

/** An act of this kind as it begins. What it must name is chosen next; until then the server says what is missing. */
export function newAct(kind: Act['kind'], hasMe: boolean): Act {
  switch (kind) {
    case 'assign':
      return { kind, assignee_id: null, is_me: hasMe };
    case 'team':
      return { kind, team_id: null };
    case 'labels':
      return { kind, add: [], remove: [] };
    case 'skills':
      return { kind, add: [], remove: [] };
    case 'priority':
      return { kind, priority: 2 };
    case 'state':
      return { kind, state: 'resolved' };
    case 'stage':
      return { kind, stage_id: null };
    case 'snooze':
      return { kind, until: null, in_minutes: 1440 };
    case 'note':
      return { kind, text: '' };
    case 'reply':
      return { kind, text: '', reply_id: null };
    case 'template':
      return { kind, name: '', language: '', header_values: [], body_values: [], button_values: [] };
    case 'field':
      return { kind, field_id: '', value: null };
    case 'task':
      return { kind, title: '', pattern_id: null, owner_id: null, is_mine: hasMe, due_in_minutes: null };
    case 'webhook':
      return { kind, webhook_id: '', takes_answer: false };
  }
}
