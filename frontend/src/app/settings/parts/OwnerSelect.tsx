/** Whose something is that one has for oneself, for a team or for everybody. */
import type { Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Select } from '@/shared/ui/Select';

export const MINE = 'mine';
export const SHARED = 'shared';

/** `MINE`, `SHARED`, or the id of a team. */
export type Owner = Id;

interface Owned {
  readonly is_shared: boolean;
  readonly team_id: Id | null;
}

/** What is new is one's own. */
export function ownerOf(thing: Owned | null): Owner {
  return thing?.is_shared ? (thing.team_id ?? SHARED) : MINE;
}

/** Null: it is of no team. */
export function teamOf(owner: Owner): Id | null {
  return owner === MINE || owner === SHARED ? null : owner;
}

interface OwnerSelectProps {
  readonly owner: Owner;
  readonly isNew: boolean;
  readonly onOwner: (owner: Owner) => void;
}

/** One's own stays one's own; between teams and everybody it may change. */
export function OwnerSelect({ owner, isNew, onOwner }: OwnerSelectProps) {
  const teams = useStore((state) => state.teams);
  return (
    <Select
      label={t('settings.replies.owner')}
      value={owner}
      options={[
        ...(isNew ? [{ value: MINE, label: t('settings.replies.owner_mine') }] : []),
        { value: SHARED, label: t('settings.replies.owner_shared') },
        ...[...teams.values()].map(({ id, name }) => ({
          value: id as string,
          label: t('settings.replies.owner_team', { team: name }),
        })),
      ]}
      onValueChange={onOwner}
    />
  );
}
