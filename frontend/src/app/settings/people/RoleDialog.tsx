import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '@/shared/api/http';
import { useSignedIn } from '@/shared/api/session';
import { t } from '@/shared/i18n';
import { Checkbox } from '@/shared/ui/Checkbox';
import { FormDialog } from '@/shared/ui/FormDialog';
import { InlineError } from '@/shared/ui/InlineError';
import { Select } from '@/shared/ui/Select';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { scopeName } from '../tokens/scopes';
import type { OwnRole, Permission, Role } from '../types';
import { BUILT_IN, RIGHTS, useRoles } from './rights';

const GROUPS = Object.keys(RIGHTS) as (keyof typeof RIGHTS)[];

export interface RoleDialogProps {
  /** Absent: a new one is made. */
  readonly role?: OwnRole;
  readonly onClose: () => void;
}

/** A name, and what whoever has it may do. A new one starts from a role that is built in. */
export function RoleDialog({ role, onClose }: RoleDialogProps) {
  const queries = useQueryClient();
  const { data: roles } = useRoles();
  const [name, setName] = useState(role?.name ?? '');
  const [like, setLike] = useState<Role>('agent');
  const [chosen, setChosen] = useState<readonly string[]>();
  const submit = useSubmit(['name', 'permissions']);
  const permissions =
    chosen ?? role?.permissions ?? roles?.built_in.find((one) => one.name === like)?.permissions ?? [];

  async function save(): Promise<void> {
    const isSaved = await submit.run(async () => {
      const body = { name: name.trim(), permissions };
      if (role === undefined) await request('POST', '/api/roles', { body });
      else await request('PATCH', `/api/roles/${role.id}`, { body });
    });
    if (!isSaved) return;
    onClose();
    await queries.invalidateQueries({ queryKey: ['roles'] });
  }

  return (
    <FormDialog
      title={role === undefined ? t('settings.roles.create') : t('settings.roles.edit_title')}
      submit={submit}
      onSubmit={() => void save()}
      onClose={onClose}
    >
      <TextField
        label={t('settings.roles.name')}
        required
        autoFocus
        maxLength={100}
        autoComplete="off"
        dir="auto"
        value={name}
        {...submit.field('name', setName)}
      />
      {role === undefined && (
        <Select
          label={t('settings.roles.like')}
          value={like}
          options={BUILT_IN.map((value) => ({ value, label: t(`settings.role.${value}`) }))}
          onValueChange={(value) => {
            setLike(value);
            setChosen(undefined);
          }}
        />
      )}
      {GROUPS.map((group) => (
        <Rights key={group} group={group} chosen={permissions} onChange={setChosen} />
      ))}
      {submit.errors.permissions !== undefined && <InlineError>{submit.errors.permissions}</InlineError>}
    </FormDialog>
  );
}

interface RightsProps {
  readonly group: keyof typeof RIGHTS;
  readonly chosen: readonly string[];
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Nobody gives what they do not have: such a right is shown, and can only be taken away. */
function Rights({ group, chosen, onChange }: RightsProps) {
  const own = useSignedIn().agent.permissions;
  const toggle = (right: Permission, isChosen: boolean) =>
    onChange(isChosen ? [...chosen, right] : chosen.filter((other) => other !== right));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1.5 text-14 font-medium">{t(`settings.roles.group.${group}`)}</legend>
      {RIGHTS[group].map((right) => (
        <Checkbox
          key={right}
          label={scopeName(right)}
          hint={own.includes(right) ? undefined : t('settings.roles.lacking')}
          disabled={!own.includes(right) && !chosen.includes(right)}
          checked={chosen.includes(right)}
          onCheckedChange={(isChosen) => toggle(right, isChosen)}
        />
      ))}
    </fieldset>
  );
}
