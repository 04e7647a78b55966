/** The server's types that the settings screens read, by their short names. */

import type { Filter } from '@/shared/api/types';
import type { components } from '@/shared/schema';

type Schemas = components['schemas'];

export type Agent = Schemas['Agent'];
export type ApiToken = Schemas['Token'];
export type Calendar = Schemas['Calendar'];
export type Channel = Schemas['Channel'];
export type ChannelType = Schemas['ChannelTypeInfo'];
export type Check = Schemas['CheckLine'];
export type CheckAnswer = Schemas['CheckResult'];
export type CreatedInvitation = Schemas['CreatedInvitation'];
export type CreatedToken = Schemas['CreatedToken'];
export type Delivery = Schemas['Delivery'];
export type DeliveryPage = Schemas['DeliveryPage'];
export type Dispatch = Schemas['Dispatch'];
export type DispatchDetail = Schemas['DispatchDetail'];
export type DispatchPage = Schemas['DispatchPage'];
export type DispatchTry = Schemas['DispatchTry'];
export type FailedItem = Schemas['FailedItem'];
export type FailedItemPage = Schemas['FailedItemPage'];
export type FoundDays = Schemas['FoundDays'];
export type Invitation = Schemas['Invitation'];
export type OwnRole = Schemas['OwnRole'];
export type Period = Schemas['Period'];
export type Permission = Schemas['Permission'];
export type Reveal = Schemas['Reveal'];
export type RevealPage = Schemas['RevealPage'];
export type Role = Agent['role'];
export type RoleList = Schemas['RoleList'];
export type RoleSight = Schemas['RoleSight'];
export type Sees = Agent['sees'];
export type Routing = Schemas['Routing'];
export type RoutingUpdate = Schemas['RoutingUpdate'];
export type SavedReply = Schemas['SavedReply'];
export type ServiceLevel = Omit<Schemas['SlaPolicy'], 'filter' | 'first_reply' | 'next_reply' | 'resolution'> & {
  readonly filter: Filter;
  readonly first_reply: Target | null;
  readonly next_reply: Target | null;
  readonly resolution: Target | null;
};
export type ServiceLevelList = Omit<Schemas['SlaPolicyList'], 'items'> & { readonly items: readonly ServiceLevel[] };
export type SetupField = Schemas['ChannelField'];
export type SignInSession = Schemas['OwnSession'];
export type SpecialDay = Schemas['SpecialDay'];
export type Target = Required<Schemas['Target']>;
export type TargetPreview = Schemas['TargetPreview'];
export type Template = Schemas['threadline.store.templates.Template'];
export type Workspace = Schemas['Workspace'];
export type Webhook = Schemas['Webhook'];
export type WebhookList = Schemas['WebhookList'];
export type WebhookSecret = Schemas['WebhookSecret'];
