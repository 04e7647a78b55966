/** Which screen stands at this address, and for whom. */
import { Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { useSession } from '@/shared/api/session';
import { Inbox } from './inbox/Inbox';
import { paths, patterns } from './paths';
import { screens } from './routes';
import { Shell } from './shell/Shell';

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
        <Route path={patterns.practice}>
          {({ channelId }) =>
            session ? <screens.PracticePage channelId={channelId} /> : <Redirect to={paths.signIn()} />
          }
        </Route>
        <Route>
          {session ? <Desk key={`${session.workspace.id} ${session.agent.id}`} /> : <Redirect to={paths.signIn()} />}
        </Route>
      </Switch>
    </Suspense>
  );
}

/** The screens of somebody signed in share one shell, so that the feed goes on from one to the other. */
function Desk() {
  return (
    <Shell>
      <Suspense fallback={null}>
        <Switch>
          <Route path={patterns.settings}>
            <screens.Settings />
          </Route>
          <Route path={patterns.contacts}>
            <screens.Contacts />
          </Route>
          <Route path={patterns.companies}>
            <screens.Companies />
          </Route>
          <Route path={patterns.board}>
            <screens.Board />
          </Route>
          <Route path={patterns.search}>
            <screens.SearchPage />
          </Route>
          <Route path={patterns.tasks}>
            <screens.Tasks />
          </Route>
          <Route path={patterns.live}>
            <screens.Live />
          </Route>
          <Route path={patterns.reviews}>
            <screens.Reviews />
          </Route>
          <Route path={patterns.finish}>{({ agentId }) => <screens.Finish key={agentId} agentId={agentId} />}</Route>
          <Route path={patterns.absent}>
            <screens.Absent />
          </Route>
          <Route path={patterns.discussions}>
            <screens.Discussions />
          </Route>
          <Route path={patterns.inbox}>
            <Inbox />
          </Route>
          <Route>
            <Redirect to={paths.inbox()} />
          </Route>
        </Switch>
      </Suspense>
    </Shell>
  );
}
