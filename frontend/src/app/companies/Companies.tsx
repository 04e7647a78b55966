import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { CompanyList } from './CompanyList';

const CompanyPage = lazy(() => import('./CompanyPage'));

/** Companies: the list, and the page of one. */
export default function Companies() {
  return (
    <Suspense fallback={<main className="h-full bg-surface" />}>
      <Switch>
        <Route path="/companies" component={CompanyList} />
        <Route path="/companies/:companyId">
          {({ companyId }) => <CompanyPage key={companyId} companyId={companyId} />}
        </Route>
      </Switch>
    </Suspense>
  );
}
