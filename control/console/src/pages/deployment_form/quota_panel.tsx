import type { Group, QuotaLine } from '../../api/types';
import { groups } from '../../state/live';
import { Alert } from '../../ui/alert';
import { QuotaMeter } from '../../ui/meter';
import type { Rehearsed } from './rehearsal';

/// What the group has now, where the program was not asked about a change.
function linesOf(group: Group): QuotaLine[] {
  const { usage, quota } = group;
  return [
    { resource: 'cpu', requested: 0, used: usage.cpu, limit: quota.cpu },
    { resource: 'memory', requested: 0, used: usage.memoryGiB, limit: quota.memoryGiB },
    { resource: 'gpu', requested: 0, used: usage.gpu, limit: quota.gpu },
    { resource: 'deployments', requested: 0, used: usage.deployments, limit: group.maxDeploy },
  ];
}

/// The group's resources after this change, as the program reckons them.
export function QuotaPanel({ groupName, rehearsed }: { groupName: string; rehearsed: Rehearsed }) {
  const group = groups.value.get(groupName);
  const told = rehearsed.answer?.quota ?? (rehearsed.problem?.quota.length ? [...rehearsed.problem.quota] : null);
  const lines = told ?? (group ? linesOf(group) : []);
  if (lines.length === 0) return null;
  const isOver = rehearsed.problem?.code === 'EXCEED_QUOTA';
  return (
    <section class="card stack" aria-label="Group Resource">
      <div>
        <h2>Group Resource</h2>
        <p class="dim small">
          {told ? 'Used by other deployments + this one after the change, of the quota.' : 'Used, of the quota.'} Stopped deployments do not count.
        </p>
      </div>
      {lines.map((line) => (
        <QuotaMeter key={line.resource} line={line} />
      ))}
      {isOver && (
        <Alert kind="error" title="Exceed Quota">
          {rehearsed.problem?.message}
        </Alert>
      )}
      {!isOver && group?.maxDeploy != null && group.usage.deployments >= group.maxDeploy && (
        <Alert kind="warning">The group deployment limit has been reached.</Alert>
      )}
    </section>
  );
}
