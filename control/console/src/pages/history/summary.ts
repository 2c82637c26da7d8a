import type { DeploymentSpec, EnvVariable, Revision } from '../../api/types';
import { sameJson, type Json } from '../../lib/merge_patch';

const arrow = (name: string, from: unknown, to: unknown) => `${name} ${from ?? 'none'} → ${to ?? 'none'}`;

/// `+A −B ~C`: what came, what went, what is another value now.
function keyChanges(name: string, before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const came = [...after.keys()].filter((key) => !before.has(key)).map((key) => '+' + key);
  const went = [...before.keys()].filter((key) => !after.has(key)).map((key) => '−' + key);
  const other = [...after].filter(([key, value]) => before.has(key) && before.get(key) !== value).map(([key]) => '~' + key);
  const all = [...came, ...went, ...other];
  if (all.length === 0) return [];
  return [`${name} ${all.slice(0, mostKeys).join(' ')}` + (all.length > mostKeys ? ` and ${all.length - mostKeys} more` : '')];
}

const mostKeys = 4;
const pairs = (env: readonly EnvVariable[]) => new Map(env.map(({ name, value }) => [name, value]));

/// What a revision changed in short, from the one before: "image demo/iris:1.0 → demo/iris:2.0", "replicas 2 → 3".
export function summarise(before: DeploymentSpec, after: DeploymentSpec): string[] {
  const other = <Member extends keyof DeploymentSpec>(member: Member) => !sameJson(before[member] as Json, after[member] as Json);
  const serving = (Object.keys(after.serving) as (keyof DeploymentSpec['serving'])[]).filter(
    (member) => !sameJson(before.serving[member] as Json, after.serving[member] as Json),
  );
  return [
    ...(other('stop') ? [after.stop ? 'stopped' : 'started'] : []),
    ...(other('modelImage') ? [arrow('image', before.modelImage, after.modelImage)] : []),
    ...(other('modelURI') ? [arrow('model URI', before.modelURI, after.modelURI)] : []),
    ...(other('replicas') ? [arrow('replicas', before.replicas, after.replicas)] : []),
    ...(other('instanceType') ? [arrow('instance type', before.instanceType, after.instanceType)] : []),
    ...(other('endpointAccessType') ? [arrow('access', before.endpointAccessType, after.endpointAccessType)] : []),
    ...(other('imagePullSecret') ? [arrow('pull secret', before.imagePullSecret, after.imagePullSecret)] : []),
    ...(other('external') ? ['external replicas'] : []),
    ...keyChanges('env', pairs(before.env), pairs(after.env)),
    ...keyChanges('metadata', new Map(Object.entries(before.metadata)), new Map(Object.entries(after.metadata))),
    ...(other('description') ? ['description'] : []),
    ...(serving.length > 0 ? [`serving: ${serving.join(', ')}`] : []),
    ...(other('progressDeadline') ? [`progress deadline ${before.progressDeadline} s → ${after.progressDeadline} s`] : []),
    ...(other('autoRollback') ? [after.autoRollback ? 'rolls back by itself' : 'does not roll back by itself'] : []),
  ];
}

/// Seconds that a revision was the present one, up to the next; null while it still is.
export function heldFor(revision: Revision, next: Revision | undefined): number | null {
  return next ? (Date.parse(next.createdAt) - Date.parse(revision.createdAt)) / 1000 : null;
}

/// What came newly in the place of the first page, and what was loaded before of older pages.
export function mergeRevisions(newest: readonly Revision[], loaded: readonly Revision[]): Revision[] {
  const oldest = newest.at(-1)?.revision ?? Infinity;
  return [...newest, ...loaded.filter((each) => each.revision < oldest)];
}
