import type { Deployment, Group, InstanceType, QuotaLine } from '../../api/types';

/// What of the group's quota a deployment holds.
export interface Holder {
  deployment: Deployment;
  /// Null where its instance type is not known.
  cpu: number | null;
  memoryGiB: number | null;
  gpu: number | null;
}

/// The deployments of `group` that hold some of its quota, the largest first: those that are not stopped.
export function holdersOf(group: string, deployments: Iterable<Deployment>, types: ReadonlyMap<string, InstanceType>): Holder[] {
  const holders: Holder[] = [];
  for (const deployment of deployments) {
    if (deployment.group !== group || deployment.stop) continue;
    // Somebody else runs them: they hold nothing but a place.
    const replicas = deployment.external ? 0 : (deployment.replicas ?? 0);
    const type = deployment.instanceType === null ? undefined : types.get(deployment.instanceType);
    const amount = (each: number | undefined) => (replicas === 0 ? 0 : each === undefined ? null : Math.round(each * replicas * 1e6) / 1e6);
    holders.push({ deployment, cpu: amount(type?.cpu), memoryGiB: amount(type?.memoryGiB), gpu: amount(type?.gpu) });
  }
  return holders.sort((a, b) => (b.cpu ?? 0) - (a.cpu ?? 0) || a.deployment.id.localeCompare(b.deployment.id));
}

/// How much of each resource is used, of how much.
export function quotaLines({ quota, usage, maxDeploy }: Pick<Group, 'quota' | 'usage' | 'maxDeploy'>): QuotaLine[] {
  return [
    { resource: 'cpu', requested: 0, used: usage.cpu, limit: quota.cpu },
    { resource: 'memory', requested: 0, used: usage.memoryGiB, limit: quota.memoryGiB },
    { resource: 'gpu', requested: 0, used: usage.gpu, limit: quota.gpu },
    { resource: 'deployments', requested: 0, used: usage.deployments, limit: maxDeploy },
  ];
}
