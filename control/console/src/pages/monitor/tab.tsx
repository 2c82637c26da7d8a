import { useEffect, useMemo, useState } from 'preact/hooks';
import { getVersion } from '../../api/program';
import type { Deployment } from '../../api/types';
import { formatUtc } from '../../lib/format';
import { query, setQuery } from '../../router/location';
import { Alert } from '../../ui/alert';
import { Button, LinkButton } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { Skeleton } from '../../ui/skeleton';
import { askStart, isDown } from '../deployment/actions';
import { tabHref, type TabProps } from '../deployment/tabs';
import { ChartCard } from './chart_card';
import { hasTraffic, partPanels, timesOf, wholePanels } from './lines';
import { Clients, Replicas } from './part_section';
import type { Marker } from './plot';
import { useCharts } from './use_charts';
import './monitor.css';

const windows = [
  { value: '15m', text: '15 min' },
  { value: '1h', text: '1 h' },
] as const;

export default function MonitorTab({ deployment }: TabProps) {
  const window = windows.find((each) => each.value === query.value.get('window'))?.value ?? '15m';
  const [paused, setPaused] = useState(false);
  const { charts, usage, problem } = useCharts(deployment.id, window, paused);
  const shown = useMemo(
    () => charts && { times: timesOf(charts), whole: wholePanels(charts), replicas: partPanels(charts, 'replica'), clients: partPanels(charts, 'client') },
    [charts],
  );
  return (
    <div class="stack monitor">
      <div class="row">
        <div class="segments" role="group" aria-label="Time shown">
          {windows.map(({ value, text }) => (
            <button key={value} type="button" aria-pressed={window === value} onClick={() => setQuery({ window: value === '15m' ? '' : value })}>
              {text}
            </button>
          ))}
        </div>
        <Button icon={paused ? 'play' : 'circle-pause'} aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? 'Paused' : 'Pause'}
        </Button>
        <span class="grow" />
        <GrafanaLink id={deployment.id} />
      </div>
      {problem && (
        <Alert kind="warning" title="The charts could not be fetched">
          {problem} {charts && 'What is shown is from before.'}
        </Alert>
      )}
      {!charts || !shown ? (
        !problem && <Skeleton lines={8} />
      ) : (
        <>
          {hasTraffic(shown.whole) ? (
            <div class="charts">
              {shown.whole.map((panel) => (
                <ChartCard key={panel.key} panel={panel} times={shown.times} markers={charts.markers} />
              ))}
            </div>
          ) : (
            <NoTraffic deployment={deployment} window={windows.find((each) => each.value === window)?.text ?? ''} />
          )}
          <Markers id={deployment.id} markers={charts.markers} />
          <Replicas panels={shown.replicas} times={shown.times} markers={charts.markers} statuses={deployment.status.replicas} usage={usage} />
          {deployment.endpointAccessType === 'private' && <Clients panels={shown.clients} times={shown.times} markers={charts.markers} />}
          <p class="dim small">
            Counted in steps of {charts.step} s, kept for an hour in the program's memory: after a restart it begins anew. Times are those of your clock.
          </p>
        </>
      )}
    </div>
  );
}

function GrafanaLink({ id }: { id: string }) {
  const [template, setTemplate] = useState<string | null>(null);
  useEffect(() => {
    // Without it there is no link, and nothing else is missing.
    getVersion().then((version) => setTemplate(version.grafanaUrl), () => {});
  }, []);
  if (!template) return null;
  return (
    <LinkButton icon="external-link" href={template.replaceAll('{id}', encodeURIComponent(id))} target="_blank" rel="noopener noreferrer">
      Open in Grafana
    </LinkButton>
  );
}

function NoTraffic({ deployment, window }: { deployment: Deployment; window: string }) {
  if (isDown(deployment)) {
    return (
      <EmptyState icon="activity" title="Nothing to show: the deployment is stopped" action={<Button kind="primary" icon="play" onClick={() => void askStart(deployment)}>Start</Button>}>
        Requests to it are answered 503 until it is started.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon="activity"
      title={`No request in the last ${window}`}
      action={
        <LinkButton kind="primary" icon="play" href={tabHref(deployment.id, 'information')}>
          Run an example
        </LinkButton>
      }
    >
      Send one and its charts appear here within ten seconds.
    </EmptyState>
  );
}

/// What the dashed lines across the charts are.
function Markers({ id, markers }: { id: string; markers: readonly Marker[] }) {
  if (markers.length === 0) return null;
  return (
    <section class="card" aria-label="Deploys">
      <h3>Deploys</h3>
      <ul class="chart-markers">
        {markers.toReversed().map(({ at, revision, by, message }) => (
          <li key={revision}>
            <a href={`${tabHref(id, 'history')}?revision=${revision}`}>r{revision}</a>{' '}
            <time dateTime={at} title={formatUtc(at)} class="dim">
              {new Date(at).toTimeString().slice(0, 8)}
            </time>{' '}
            by <strong>{by}</strong>
            {message && <span class="wrap">: {message}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
