/** Which screen stands at this address, and for whom. */
import { Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useSession } from '@/shared/api/session';
import { Inbox } from './inbox/Inbox';
import { paths, patterns, screens } from './routes';

export function App() {
  const session = useSession();
  if (session === undefined) return null;
  return (
    <Suspense fallback={null}>
      <Switch>
        <Route path={patterns.setup}>
          <screens.Setup />
        </Route>
        <Route path={patterns.invitation}>
          <screens.Invitation />
        </Route>
        <Route path={patterns.signIn}>{session ? <Redirect to={paths.inbox()} /> : <screens.SignIn />}</Route>
        <Route path={patterns.settings}>{session ? <screens.Settings /> : <Redirect to={paths.signIn()} />}</Route>
        <Route path={patterns.inbox}>{session ? <Inbox /> : <Redirect to={paths.signIn()} />}</Route>
        <Route>
          <Redirect to={paths.inbox()} />
        </Route>
      </Switch>
    </Suspense>
  );
}
