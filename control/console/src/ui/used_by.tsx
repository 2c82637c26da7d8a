import type { Deployment } from '../api/types';

const most = 3;

/// Which deployments use a thing: why it cannot be deleted.
export function UsedBy({ deployments }: { deployments: readonly Deployment[] }) {
  if (deployments.length === 0) return <span class="dim">nothing</span>;
  const rest = deployments.slice(most);
  return (
    <span class="wrap">
      {deployments.slice(0, most).map((each, index) => (
        <span key={each.id}>
          {index > 0 && ', '}
          <a href={`/deployments/${each.id}`}>{each.name}</a>
        </span>
      ))}
      {rest.length > 0 && <span title={rest.map((each) => each.name).join(', ')}>{` and ${rest.length} more`}</span>}
    </span>
  );
}
