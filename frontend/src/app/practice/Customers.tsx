import { Plus } from 'lucide-react';
import { useState, type FormEvent } from 'react';
import { t } from '@/shared/i18n';
import { Avatar } from '@/shared/ui/Avatar';
import { Button } from '@/shared/ui/Button';
import { cx } from '@/shared/ui/cx';
import { InlineError } from '@/shared/ui/InlineError';
import { TextField } from '@/shared/ui/TextField';
import { useSubmit } from '@/shared/useSubmit';
import { PhoneFrame } from './PhoneFrame';
import { addCustomer, type Customer } from './protocol';

export interface CustomersProps {
  readonly channelId: string;
  readonly customers: readonly Customer[];
  readonly chosenId: string | undefined;
  readonly onChoose: (customer: Customer) => void;
}

/** Whose phone this is: one of those who are there, or somebody new. */
export function Customers({ channelId, customers, chosenId, onChoose }: CustomersProps) {
  const [name, setName] = useState('');
  const submit = useSubmit(['name']);

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault();
    await submit.run(async () => onChoose(await addCustomer(channelId, name.trim())));
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col p-4">
      <PhoneFrame>
        <h3 className="px-4 pt-3 pb-2 text-16 font-semibold">{t('practice.whose')}</h3>
        <ul className="min-h-0 flex-1 overflow-y-auto px-2">
          {customers.map((customer) => (
            <li key={customer.id}>
              <button
                type="button"
                aria-current={customer.id === chosenId || undefined}
                onClick={() => onChoose(customer)}
                className={cx(
                  'flex w-full items-center gap-3 rounded-lg px-2 py-2 text-start hover:bg-hover',
                  customer.id === chosenId && 'bg-accent-soft',
                )}
              >
                <Avatar name={customer.name} seed={customer.id} size={36} />
                <span className="min-w-0">
                  <span className="block truncate text-13 font-medium">
                    <bdi>{customer.name}</bdi>
                  </span>
                  <span dir="ltr" className="block truncate text-12 text-muted">
                    {customer.phone}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <form className="flex flex-col gap-2 border-t border-line p-4" onSubmit={(event) => void add(event)}>
          <TextField
            label={t('practice.new_customer')}
            required
            maxLength={100}
            autoComplete="off"
            value={name}
            onValueChange={setName}
            error={submit.errors.name}
          />
          {submit.error !== undefined && <InlineError>{submit.error}</InlineError>}
          <Button type="submit" icon={Plus} isBusy={submit.isBusy} className="self-start">
            {t('practice.add_customer')}
          </Button>
        </form>
      </PhoneFrame>
    </div>
  );
}
