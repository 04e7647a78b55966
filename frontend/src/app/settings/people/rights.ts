import { useQuery } from '@tanstack/react-query';
import { request } from '@/shared/api/http';
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import type { Permission, Role, RoleList } from '../types';

export const BUILT_IN: readonly Role[] = ['agent', 'supervisor', 'admin'];

/** Rights by what they are for, in the order in which one thinks of them. */
export const RIGHTS = {
  answering: [
    'conversations:read',
    'conversations:change',
    'conversations:assign',
    'messages:send',
    'spoken_texts:write',
    'files:upload',
    'templates:read',
    'answers:review',
    'practice:use',
  ],
  contacts: [
    'contacts:change',
    'contacts:import',
    'contacts:export',
    'addresses:read',
    'addresses:read_in_messages',
    'addresses:reveal',
    'messages:read_earlier',
  ],
  tools: [
    'labels:manage',
    'fields:manage',
    'saved_replies:manage',
    'macros:manage',
    'rules:manage',
    'views:manage',
    'templates:sync',
  ],
  running: [
    'agents:read',
    'agents:manage',
    'teams:manage',
    'channels:read',
    'channels:manage',
    'workspace:read',
    'workspace:change',
    'sending:pause',
    'deadlines:watch',
    'live:read',
    'rota:manage',
    'deliveries:read',
    'deliveries:replay',
    'tokens:manage',
    'webhooks:manage',
    'audit:read',
  ],
} as const satisfies Record<string, readonly Permission[]>;

/** Every right stands in one group: a new one that stands in none does not compile. */
type Grouped = (typeof RIGHTS)[keyof typeof RIGHTS][number];
const isWhole: Permission extends Grouped ? true : never = true;
void isWhole;

export function useRoles() {
  return useQuery({ queryKey: ['roles'], queryFn: () => request<RoleList>('GET', '/api/roles') });
}

/** What a role is called; the workspace's own by their names. */
export function useRoleName(): (holder: { readonly role: Role; readonly role_id: Id | null }) => string {
  const { data } = useRoles();
  return ({ role, role_id: id }) => {
    if (id === null) return t(`settings.role.${role}`);
    return data?.items.find((own) => own.id === id)?.name ?? '';
  };
}
