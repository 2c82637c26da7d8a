import { useEffect, useState } from 'preact/hooks';
import { listReplicas } from '../../api/deployments';
import type { Deployment, ReplicaStatus } from '../../api/types';
import { formatNumber } from '../../lib/format';
import { ReplicaPill } from '../../ui/pill';
import { RelativeTime } from '../../ui/relative_time';
import { Table } from '../../ui/table';
import { tabHref } from '../deployment/tabs';

const interval = 10_000;
type Usages = ReadonlyMap<string, ReplicaStatus['usage']>;

/// What replicas take changes all the time, so events do not tell it.
function useUsages(deployment: Deployment): Usages {
  const [usages, setUsages] = useState<Usages>(new Map());
  const runs = deployment.status.replicas.length > 0;
  useEffect(() => {
    if (!runs) return;
    const ask = () => {
      if (document.visibilityState === 'hidden') return;
      // Numbers beside the facts: without them the table is as good.
      listReplicas(deployment.id).then((replicas) => setUsages(new Map(replicas.map((each) => [each.name, each.usage]))), () => {});
    };
    ask();
    const timer = setInterval(ask, interval);
    return () => clearInterval(timer);
  }, [deployment.id, runs]);
  return usages;
}

export function ReplicasTable({ deployment }: { deployment: Deployment }) {
  const usages = useUsages(deployment);
  const { replicas } = deployment.status;
  if (replicas.length === 0) return <p class="dim">{deployment.stop ? 'Nothing runs: the deployment is stopped.' : 'Nothing runs yet.'}</p>;
  return (
    <Table
      caption="Replicas"
      rows={replicas}
      keyOf={({ name }) => name}
      columns={[
        {
          title: 'Name',
          heads: true,
          cell: ({ name }) => (deployment.external ? <span class="mono replica-name">{name}</span> : <a class="mono replica-name" href={`${tabHref(deployment.id, 'logs')}?replica=${encodeURIComponent(name)}`}>{name}</a>),
        },
        { title: 'Revision', numeric: true, cell: ({ revision }) => revision },
        { title: 'Status', cell: ({ phase }) => <ReplicaPill phase={phase} /> },
        { title: 'Reason', cell: ({ reason }) => <span class="wrap">{reason || '-'}</span> },
        { title: 'Since', cell: ({ since }) => <RelativeTime time={since} /> },
        { title: 'Restarts', numeric: true, cell: ({ restarts }) => restarts },
        {
          title: 'CPU',
          numeric: true,
          cell: ({ name }) => {
            const usage = usages.get(name);
            return usage ? formatNumber(usage.cpu) : '-';
          },
        },
        {
          title: 'Memory',
          numeric: true,
          cell: ({ name }) => {
            const usage = usages.get(name);
            return usage ? `${formatNumber(usage.memoryGiB)} GiB` : '-';
          },
        },
        { title: 'Limits', cell: ({ limits, limitsBy }) => <span title={limitsBy === 'none' ? undefined : `by ${limitsBy}`}>{limits}</span> },
      ]}
    />
  );
}
