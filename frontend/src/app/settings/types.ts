/** What the settings screens read from the server, beyond the types that the inbox shares. */

import type { Agent as SharedAgent, Channel as SharedChannel, Id, Time } from '@/shared/api/types';

export type Role = 'admin' | 'supervisor' | 'agent';
export type Sees = 'all' | 'assigned';

export interface Agent extends SharedAgent {
  readonly sees: Sees;
  readonly channel_ids: readonly Id[] | null;
  readonly created_at: Time;
}

export interface Invitation {
  readonly id: Id;
  readonly email: string;
  readonly role: Role;
  readonly sees: Sees;
  readonly channel_ids: readonly Id[] | null;
  readonly created_at: Time;
  readonly expires_at: Time;
}

export interface CreatedInvitation {
  readonly id: Id;
  readonly email: string;
  /** Shown once: the server keeps only its hash. */
  readonly link: string;
  readonly lifetime_s: number;
}

export interface Workspace {
  readonly id: Id;
  readonly name: string;
  readonly is_sandbox: boolean;
  readonly sending_paused_at: Time | null;
}

export interface SetupField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'secret';
  readonly where_found: string;
  readonly link: string;
  readonly required: boolean;
  readonly pattern: string;
  readonly is_generated?: boolean;
}

export interface ChannelType {
  readonly type: string;
  readonly name: string;
  readonly fields: readonly SetupField[];
  readonly capabilities: SharedChannel['capabilities'];
}

export interface Channel extends SharedChannel {
  readonly address: string;
  readonly account: string;
  /** Null for those who may not manage channels. */
  readonly callback_url: string | null;
  readonly paused_reason: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, { readonly is_set: boolean; readonly last4: string }>>;
}

export interface Check {
  readonly name: string;
  readonly title: string;
  readonly state: 'ok' | 'failed' | 'waiting';
  readonly detail: string;
  readonly field?: string;
}

export interface CheckAnswer {
  readonly checks: readonly Check[];
  /** Null until it is known to which endpoint these values lead. */
  readonly callback_url: string | null;
}

export interface Template {
  readonly id: Id;
  readonly name: string;
  readonly language: string;
  readonly category: string;
  readonly status: string;
  readonly quality?: string;
  readonly reason?: string;
  readonly components: unknown;
}

export interface ApiToken {
  readonly id: Id;
  readonly name: string;
  readonly last4: string;
  readonly scopes: readonly string[];
  readonly channel_ids: readonly Id[] | null;
  readonly created_at: Time;
  readonly expires_at: Time | null;
  readonly last_used_at: Time | null;
}

export interface SignInSession {
  readonly id: Id;
  readonly created_at: Time;
  readonly last_seen_at: Time;
  readonly address: string;
  readonly user_agent: string;
  readonly is_current: boolean;
}

export interface Delivery {
  readonly id: Id;
  readonly state: 'unroutable' | 'dead';
  readonly received_at: Time;
  readonly channel_id: Id | null;
  readonly error: string;
  readonly size_bytes?: number;
}
