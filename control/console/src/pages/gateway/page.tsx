import type { PageProps } from '../../app/routes';
import type { Gateway } from '../../api/types';
import { formatBytes } from '../../lib/bytes';
import { formatDuration, formatUtc, plural } from '../../lib/format';
import { now } from '../../state/clock';
import { isAdmin } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Day } from '../../ui/day';
import { EmptyState } from '../../ui/empty_state';
import { Facts } from '../../ui/facts';
import { PageHead } from '../../ui/page_head';
import { Pill } from '../../ui/pill';
import { RelativeTime } from '../../ui/relative_time';
import { Skeleton } from '../../ui/skeleton';
import { Table, type Column } from '../../ui/table';
import { certificateState, generationState } from './health';
import { LogLevelCard } from './log_level';
import { useGateway } from './use_gateway';
import '../../styles/admin.css';
import './gateway.css';

export default function GatewayPage(_: PageProps) {
  if (!isAdmin.value) return <EmptyState page icon="lock" title="For platform administrators">How the gateway is, is theirs to see.</EmptyState>;
  return <Health />;
}

function Health() {
  const { gateway, problem } = useGateway();
  return (
    <>
      <PageHead title="Gateway">
        <p class="dim">How the program is that serves all deployments.</p>
      </PageHead>
      <div class="stack">
        {problem && (
          <Alert kind="error" title="The state of the gateway could not be fetched">
            {problem} {gateway && 'What is shown is from before.'}
          </Alert>
        )}
        {gateway ? <Shown gateway={gateway} /> : !problem && <Skeleton lines={8} />}
        <LogLevelCard />
      </div>
    </>
  );
}

function Shown({ gateway }: { gateway: Gateway }) {
  const { build, files, memory, processRuntime } = gateway;
  const connections = gateway.listeners.reduce((sum, each) => sum + each.connections, 0);
  return (
    <>
      <section class="card" aria-label="At a glance">
        <Facts
          facts={[
            ['Version', build.version],
            ['Uptime', <span title={`since ${formatUtc(gateway.startedAt)}`}>{formatDuration(gateway.uptime)}</span>],
            ['Open connections', String(connections)],
            ['Served configuration', <Generation generation={gateway.generation} />],
            ['Memory', `${formatBytes(memory.residentBytes)}, of it ${formatBytes(memory.bufferBytes)} in requests under way`],
            ['Open files', `${files.open} of ${files.limit}`],
          ]}
        />
      </section>
      <ConfigFile config={gateway.config} />
      <section aria-labelledby="listeners">
        <h2 id="listeners">Listeners</h2>
        <div class="card list-card">
          <Table caption="Listeners" columns={listenerColumns} rows={gateway.listeners} keyOf={(each) => each.port + each.address} />
        </div>
      </section>
      <section aria-labelledby="certificates">
        <h2 id="certificates">Certificates</h2>
        {gateway.certificates.length === 0 ? (
          <p class="dim">No listener speaks TLS.</p>
        ) : (
          <div class="card list-card">
            <Table caption="Certificates" columns={certificateColumns} rows={gateway.certificates} keyOf={(each) => each.port + each.file} />
          </div>
        )}
      </section>
      <section class="card" aria-labelledby="program">
        <h2 id="program">Program</h2>
        <Facts
          facts={[
            ['Compiler', build.compiler],
            ['Boost', build.boost],
            ['OpenSSL', build.openssl],
            [
              'Limits of replicas',
              <span>
                <Pill tone={processRuntime.limits === 'enforced' ? 'good' : 'warn'} icon={processRuntime.limits === 'enforced' ? 'circle-check' : 'triangle-alert'} text={processRuntime.limits} />{' '}
                <span class="dim">by {processRuntime.limitsBy}</span>
                {processRuntime.limitsDetail && <div class="dim small">{processRuntime.limitsDetail}</div>}
              </span>,
            ],
          ]}
        />
      </section>
    </>
  );
}

function Generation({ generation }: { generation: Gateway['generation'] }) {
  const workers = plural(generation.workers.length, 'worker');
  switch (generationState(generation)) {
    case 'none':
      return <Pill tone="off" icon="circle-dashed" text="nothing published yet" />;
    case 'live':
      return (
        <span title={`Generation ${generation.published}`}>
          <Pill tone="good" icon="circle-check" text={`live on ${workers}`} />
        </span>
      );
    case 'behind':
      return <Pill tone="warn" icon="loader-circle" text={`${generation.workers.filter((each) => each < (generation.published ?? 0)).length} of ${workers} behind`} />;
  }
}

const reloads = {
  none: <Pill tone="off" icon="circle-check" text="not read again since the start" />,
  taken: <Pill tone="good" icon="circle-check" text="taken" />,
  refused: <Pill tone="bad" icon="circle-x" text="refused" />,
};

function ConfigFile({ config }: { config: Gateway['config'] }) {
  return (
    <section class="card stack" aria-labelledby="config">
      <h2 id="config">Config file</h2>
      <Facts
        facts={[
          ['File', config.file === null ? 'none: defaults, environment and flags' : <code class="wrap">{config.file}</code>],
          ['Settings in force read', <RelativeTime time={config.readAt} />],
          ['Last reload', reloads[config.lastReload]],
          ['Reloads taken', String(config.reloads)],
        ]}
      />
      {config.mistakes.length > 0 && (
        <Alert kind="error" title="The last reload was refused; the settings from before hold">
          <ul>
            {config.mistakes.map((each) => (
              <li key={each.where + each.code}>
                <code>{each.where}</code>: {each.detail}
              </li>
            ))}
          </ul>
        </Alert>
      )}
    </section>
  );
}

const listenerColumns: readonly Column<Gateway['listeners'][number]>[] = [
  { title: 'Port', heads: true, cell: (each) => each.port },
  { title: 'Address', cell: (each) => <code class="wrap">{each.address}</code> },
  { title: 'TLS', cell: (each) => (each.tls ? <Pill tone="good" icon="lock" text="TLS" /> : <Pill tone="off" icon="lock-open" text="plain" />) },
  { title: 'Open connections', numeric: true, cell: (each) => each.connections },
];

const certificateLooks = {
  good: { tone: 'good', icon: 'circle-check', text: 'valid' },
  soon: { tone: 'warn', icon: 'triangle-alert', text: 'expires soon' },
  expired: { tone: 'bad', icon: 'circle-x', text: 'expired' },
} as const;

const certificateColumns: readonly Column<Gateway['certificates'][number]>[] = [
  { title: 'Name', heads: true, cell: (each) => <span class="wrap">{each.name || '-'}</span> },
  { title: 'Port', cell: (each) => each.port },
  { title: 'File', cell: (each) => <code class="wrap">{each.file}</code> },
  { title: 'State', cell: (each) => <Pill {...certificateLooks[certificateState(each.expiresAt, now.value)]} /> },
  { title: 'Expires', cell: (each) => <Day time={each.expiresAt} /> },
];
