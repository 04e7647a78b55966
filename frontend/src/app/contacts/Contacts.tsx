import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { ContactList } from './ContactList';

const ContactPage = lazy(() => import('./ContactPage'));

/** Contacts: the list, and the page of one. */
export default function Contacts() {
  return (
    <Suspense fallback={<main className="h-full bg-surface" />}>
      <Switch>
        <Route path="/contacts" component={ContactList} />
        <Route path="/contacts/:contactId">
          {({ contactId }) => <ContactPage key={contactId} contactId={contactId} />}
        </Route>
      </Switch>
    </Suspense>
  );
}
