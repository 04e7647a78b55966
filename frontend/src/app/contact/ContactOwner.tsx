import { useMay } from '@/shared/api/session';
import type { Agent, Contact, Id } from '@/shared/api/types';
import { t } from '@/shared/i18n';
import { useStore } from '@/shared/store/store';
import { Select } from '@/shared/ui/Select';
import { Fact } from './Fact';
import { saveContact } from './save';

const NOBODY = 'nobody';

/** Whose customer somebody is: who gives conversations to others, chooses it; the others read it. */
export function ContactOwner({ contact }: { readonly contact: Contact }) {
  const agents = useStore((state) => state.agents);
  const mayChange = useMay('contacts:change');
  const mayAssign = useMay('conversations:assign');
  return (
    <Fact label={t('companies.owner')}>
      <Select
        label={t('companies.owner')}
        isLabelHidden
        isBare
        disabled={!mayChange || !mayAssign}
        value={contact.owner_id ?? NOBODY}
        options={[{ value: NOBODY, label: t('companies.nobody') }, ...ownersOf(agents, contact.owner_id)]}
        onValueChange={(id) => void saveContact(contact.id, { owner_id: id === NOBODY ? null : id })}
      />
    </Fact>
  );
}

/** Everybody who works here, and whoever it is. */
export function ownersOf(agents: ReadonlyMap<Id, Agent>, owner: Id | null): { value: string; label: string }[] {
  return [...agents.values()]
    .filter(({ id, is_active }) => is_active || id === owner)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ id, name }) => ({ value: id, label: name }));
}
