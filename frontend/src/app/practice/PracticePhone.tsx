import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '@/shared/i18n';
import { Button } from '@/shared/ui/Button';
import { EmptyState } from '@/shared/ui/EmptyState';
import { Skeleton } from '@/shared/ui/Skeleton';
import { Chat } from './Chat';
import { Customers } from './Customers';
import { getOverview, type Customer, type Overview } from './protocol';

const CHOSEN_KEY = 'threadline-practice-customer';

/** A phone and whose it is. The chosen customer is remembered for this tab. */
export function PracticePhone({ channelId }: { readonly channelId: string }) {
  const queries = useQueryClient();
  const key = ['practice', channelId];
  const overview = useQuery({ queryKey: key, queryFn: () => getOverview(channelId) });
  const [chosenId, setChosenId] = useState(() => sessionStorage.getItem(CHOSEN_KEY) ?? '');
  const [isChoosing, setIsChoosing] = useState(false);

  function choose(customer: Customer): void {
    sessionStorage.setItem(CHOSEN_KEY, customer.id);
    setChosenId(customer.id);
    setIsChoosing(false);
    // Somebody new is there at once: until the list came, the phone would be another's and write as them.
    queries.setQueryData<Overview>(key, (known) => known && withCustomer(known, customer));
    void queries.invalidateQueries({ queryKey: key });
  }

  if (overview.isError) {
    return (
      <EmptyState
        title={t('practice.unreachable')}
        text={t('practice.unreachable_text')}
        action={<Button onClick={() => void overview.refetch()}>{t('common.try_again')}</Button>}
      />
    );
  }
  if (overview.data === undefined) return <Skeleton className="p-6" lines={4} />;

  const { business, customers } = overview.data;
  const customer = customers.find(({ id }) => id === chosenId) ?? customers[0];
  if (customer === undefined || isChoosing) {
    return <Customers channelId={channelId} customers={customers} chosenId={customer?.id} onChoose={choose} />;
  }
  return (
    <Chat
      key={customer.id}
      channelId={channelId}
      business={business}
      customer={customer}
      onBack={() => setIsChoosing(true)}
    />
  );
}

function withCustomer(overview: Overview, customer: Customer): Overview {
  if (overview.customers.some(({ id }) => id === customer.id)) return overview;
  return { ...overview, customers: [...overview.customers, customer] };
}
