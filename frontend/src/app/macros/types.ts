import type { components } from '@/shared/schema';

type Schemas = components['schemas'];

export type Macro = Schemas['Macro'];
export type Act = Macro['acts'][number];
export type ActOf<K extends Act['kind']> = Extract<Act, { kind: K }>;
export type MacroPreview = Schemas['MacroPreview'];
export type StepPreview = Schemas['StepPreview'];
export type MacroUndone = Schemas['MacroUndone'];
