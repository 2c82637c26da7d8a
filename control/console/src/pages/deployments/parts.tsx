import type { Deployment } from '../../api/types';
import { groups } from '../../state/live';
import { notify } from '../../state/notifications';
import { isReadOnly } from '../../state/session';
import { Button } from '../../ui/button';
import { copyText } from '../../ui/copy_button';
import { Icon } from '../../ui/icon';
import { Popover } from '../../ui/popover';
import { RelativeTime } from '../../ui/relative_time';
import { askStart, askStop, isDown } from '../deployment/actions';

/// Cells of the list, for cards and table alike.

export const groupName = (name: string) => groups.value.get(name)?.displayName || name;

export function Endpoint({ deployment }: { deployment: Deployment }) {
  const url = deployment.endpoint;
  const ready = deployment.status.availableReplicas > 0;
  const copy = async () => {
    if (await copyText(url)) notify({ kind: 'success', title: 'copied', text: url }, 3);
  };
  return (
    <span class="endpoint">
      <button type="button" class="link" title={`Click to copy: ${url}`} aria-label={`Copy endpoint ${url}`} onClick={() => void copy()}>
        {/* Without what is the same for all: where there is not room for it, the id is not what is cut off. */}
        <span class="ellipsis mono">{url.replace(/^.*\/deployment(?=\/)/, '…')}</span>
        <Icon name="copy" size={14} />
      </button>
      {!ready && <span class="dim small">not ready</span>}
    </span>
  );
}

export function Metadata({ deployment }: { deployment: Deployment }) {
  const entries = Object.entries(deployment.metadata);
  if (entries.length === 0) return <>-</>;
  return (
    <Popover button="View" label={`View metadata of ${deployment.name}`} title="Metadata" hover class="link">
      <dl class="pairs-shown">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{key}:</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Popover>
  );
}

export function Updated({ deployment }: { deployment: Deployment }) {
  return (
    <>
      <RelativeTime time={deployment.updatedAt} /> by <strong>{deployment.updatedBy}</strong>
    </>
  );
}

export function replicasText(deployment: Deployment): string {
  const wanted = deployment.external ? deployment.status.replicas.length : (deployment.replicas ?? 0);
  return `${deployment.status.availableReplicas}/${wanted}`;
}

export function StartStop({ deployment }: { deployment: Deployment }) {
  if (isReadOnly.value) return null;
  const { name } = deployment;
  return isDown(deployment) ? (
    <Button small icon="play" label={`Start ${name}`} onClick={() => void askStart(deployment)}>
      Start
    </Button>
  ) : (
    <Button small icon="square" label={`Stop ${name}`} onClick={() => void askStop(deployment)}>
      Stop
    </Button>
  );
}
