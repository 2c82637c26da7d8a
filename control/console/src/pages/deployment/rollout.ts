import type { Deployment, ReplicaStatus } from '../../api/types';

/// How far a replica is on its way to serve, or out of service.
export const steps = ['starting', 'loading model', 'serving'] as const;
export type Step = (typeof steps)[number];

export interface ReplicaProgress {
  replica: ReplicaStatus;
  /// Null: it is on its way out, or ended.
  step: Step | null;
  /// When each step began, of those that were seen: milliseconds as of Date.now().
  began: Partial<Record<Step, number>>;
}

export interface Generation {
  revision: number;
  isCurrent: boolean;
  replicas: ReplicaProgress[];
}

/// When a replica's steps began, by its name; kept from one picture to the next, as the program tells only of the present.
export type Timeline = ReadonlyMap<string, Partial<Record<Step, number>>>;

export function stepOf(replica: ReplicaStatus): Step | null {
  switch (replica.phase) {
    case 'Starting':
      return replica.reason === '' ? 'starting' : 'loading model';
    case 'Ready':
      return 'serving';
    case 'Unready':
      return 'loading model';
    case 'Draining':
    case 'Stopping':
    case 'Exited':
      return null;
  }
}

export function followTimeline(before: Timeline, replicas: readonly ReplicaStatus[], now: number): Timeline {
  const after = new Map<string, Partial<Record<Step, number>>>();
  for (const replica of replicas) {
    const step = stepOf(replica);
    const known = before.get(replica.name) ?? {};
    if (step === null || known[step] !== undefined) {
      after.set(replica.name, known);
      continue;
    }
    // The phase's time is the program's; what tells "loading" from "starting" is only a reason, seen now.
    const isFirst = Object.keys(known).length === 0;
    const at = step === 'serving' || isFirst ? Date.parse(replica.since) : now;
    after.set(replica.name, { ...known, [step]: at });
  }
  return after;
}

/// The newest revision first: what comes, beside what goes.
export function generationsOf(deployment: Deployment, timeline: Timeline): Generation[] {
  const found = new Map<number, ReplicaProgress[]>();
  for (const replica of deployment.status.replicas) {
    const progress = { replica, step: stepOf(replica), began: timeline.get(replica.name) ?? {} };
    found.set(replica.revision, [...(found.get(replica.revision) ?? []), progress]);
  }
  return [...found]
    .map(([revision, replicas]) => ({ revision, isCurrent: revision === deployment.revision, replicas }))
    .sort((a, b) => b.revision - a.revision);
}

/// Something comes, goes or is wrong: the strip is worth its place.
export function isMoving(deployment: Deployment): boolean {
  const { phase, replicas } = deployment.status;
  if (phase === 'Stopped') return replicas.length > 0;
  return phase !== 'Deployed' || replicas.some((each) => each.phase !== 'Ready');
}

/// How long a step took, or has taken until now; null where its beginning was not seen.
export function secondsIn(progress: ReplicaProgress, step: Step, now: number): number | null {
  const began = progress.began[step];
  if (began === undefined) return null;
  const later = steps.slice(steps.indexOf(step) + 1).map((each) => progress.began[each]).filter((each) => each !== undefined);
  const end = progress.step === step ? now : later[0];
  return end === undefined ? null : Math.max(0, (end - began) / 1000);
}
