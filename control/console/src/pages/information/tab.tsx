import { useState } from 'preact/hooks';
import type { Deployment, DeploymentSpec } from '../../api/types';
import { formatInstanceType, formatLocal, formatUtc } from '../../lib/format';
import { instanceTypes } from '../../state/live';
import { Button } from '../../ui/button';
import { CopyButton } from '../../ui/copy_button';
import { Facts, type Fact } from '../../ui/facts';
import { groupName, replicasText } from '../deployments/parts';
import type { TabProps } from '../deployment/tabs';
import { EnvTable, MetadataTable } from './pair_tables';
import { ReplicasTable } from './replicas_table';
import { TryIt } from './try_it';
import './information.css';

export default function InformationTab({ deployment }: TabProps) {
  return (
    <div class="stack">
      <section class="card" aria-label="Information">
        <Facts facts={factsOf(deployment)} />
      </section>
      <section class="card" aria-labelledby="replicas-title">
        <h2 id="replicas-title">Replicas</h2>
        <ReplicasTable deployment={deployment} />
      </section>
      <TryIt key={deployment.id} deployment={deployment} />
      <div class="pair-tables">
        <section class="card" aria-labelledby="metadata-title">
          <h2 id="metadata-title">Metadata</h2>
          <MetadataTable metadata={deployment.metadata} />
        </section>
        {!deployment.external && (
          <section class="card" aria-labelledby="env-title">
            <h2 id="env-title">Environment Variables</h2>
            <EnvTable env={deployment.env} />
          </section>
        )}
      </div>
      <section class="card" aria-labelledby="serving-title">
        <h2 id="serving-title">Serving</h2>
        <Facts facts={servingFacts(deployment)} />
      </section>
    </div>
  );
}

function factsOf(deployment: Deployment): Fact[] {
  const { status, external } = deployment;
  const type = instanceTypes.value.get(deployment.instanceType ?? '');
  return [
    ['Status', <strong>{status.phase}</strong>],
    ['Message', <Message text={status.phase === 'Deployed' ? 'Deployment completed' : status.message} />],
    ['Endpoint', <EndpointFact deployment={deployment} />],
    ['Access Type', deployment.endpointAccessType],
    ...(external
      ? ([
          ['External replicas', external.file ?? external.urls?.join(', ')],
          ['Health path', external.healthPath],
        ] as Fact[])
      : ([
          ['Model Image', deployment.modelImage],
          ['Model URI', deployment.modelURI],
          ['Image Pull Secret', deployment.imagePullSecret],
        ] as Fact[])),
    ['Instance Type', type ? formatInstanceType(type) : deployment.instanceType],
    ['Replicas', replicasText(deployment)],
    ['Deployment Name', deployment.name],
    ['Deployment ID', deployment.id],
    ['Group', groupName(deployment.group)],
    ['Creation Time', <Time time={deployment.createdAt} by={deployment.createdBy} />],
    ['Last Updated', <Time time={deployment.updatedAt} by={deployment.updatedBy} />],
    ['Update Message', deployment.updateMessage && <span class="pre">{deployment.updateMessage}</span>, 'wide'],
    ['Description', deployment.description && <span class="pre">{deployment.description}</span>, 'wide'],
  ];
}

function EndpointFact({ deployment }: { deployment: Deployment }) {
  return (
    <>
      <span class="mono wrap">{deployment.endpoint}</span> <CopyButton text={deployment.endpoint} what="endpoint" />
      {deployment.status.availableReplicas === 0 && <span class="dim small"> not ready</span>}
    </>
  );
}

function Time({ time, by }: { time: string; by: string }) {
  return (
    <>
      <time dateTime={time} title={formatUtc(time)}>
        {formatLocal(time)}
      </time>{' '}
      by {by}
    </>
  );
}

/// Four lines, and the rest when it is asked for.
function Message({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const isLong = text.split('\n').length > 4 || text.length > 240;
  if (text === '') return <>-</>;
  return (
    <>
      <span class={isLong && !whole ? 'pre message-cut' : 'pre'}>{text}</span>
      {isLong && (
        <Button small kind="ghost" onClick={() => setWhole(!whole)}>
          {whole ? '<< Show Less' : 'Show More >>'}
        </Button>
      )}
    </>
  );
}

const yesNo = (value: boolean) => (value ? 'yes' : 'no');

function limitText(limit: DeploymentSpec['serving']['limits']): string {
  if (!limit) return 'none';
  const parts = [
    limit.requestsPerSecond != null && `${limit.requestsPerSecond} requests/s`,
    limit.burst != null && `burst ${limit.burst}`,
    limit.concurrent != null && `${limit.concurrent} at a time`,
    limit.perClient && `each client: ${limitText({ ...limit.perClient })}`,
  ];
  return parts.filter(Boolean).join(', ') || 'none';
}

function servingFacts({ serving, progressDeadline, autoRollback }: Deployment): Fact[] {
  return [
    ['Protocol', serving.protocol ?? 'as the model image says'],
    ['Timeout', serving.timeout === null ? '-' : `${serving.timeout} s`],
    ['Concurrency', serving.concurrency ?? 'as the image says, or as is learnt'],
    ['Queue', `${serving.maxQueue ?? '-'} requests, ${serving.queueTimeout ?? '-'} s`],
    ['Largest body', serving.maxBodyBytes === null ? '-' : `${serving.maxBodyBytes} bytes`],
    ['Limits', limitText(serving.limits)],
    ['Idempotent', yesNo(serving.idempotent)],
    ['Hedge', yesNo(serving.hedge)],
    ['Forward Authorization', yesNo(serving.forwardAuthorization)],
    ['WebSocket', yesNo(serving.allowUpgrade)],
    ['Progress deadline', `${progressDeadline} s`],
    ['Roll back by itself', yesNo(autoRollback)],
  ];
}
