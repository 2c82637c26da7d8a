import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Deployment } from '../../api/types';
import { formatDuration } from '../../lib/format';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icon';
import { ReplicaPill } from '../../ui/pill';
import { followTimeline, generationsOf, isMoving, secondsIn, steps, type ReplicaProgress, type Timeline } from './rollout';

/// Every replica's way to serving, the new revision's beside the old one's; shown while something moves, and a moment longer.
export function RolloutStrip({ deployment }: { deployment: Deployment }) {
  const timeline = useRef<Timeline>(new Map());
  timeline.current = useMemo(() => followTimeline(timeline.current, deployment.status.replicas, Date.now()), [deployment.status.replicas]);
  const moving = isMoving(deployment);
  const [shown, setShown] = useState(moving);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (moving) setShown(true);
    const timer = moving ? setInterval(() => setNow(Date.now()), 1000) : setTimeout(() => setShown(false), 10_000);
    return () => clearTimeout(timer);
  }, [moving]);
  if (!shown && !moving) return null;
  const generations = generationsOf(deployment, timeline.current);
  if (generations.length === 0 && !moving) return null;
  return (
    <section class="card rollout" aria-label="Rollout">
      {generations.length === 0 && <p class="dim">No replica runs.</p>}
      {generations.map((generation) => (
        <div key={generation.revision} class="generation">
          <h3>
            Revision {generation.revision} <span class="dim small">{generation.isCurrent ? 'new' : 'old'}</span>
          </h3>
          <ul class="stack">
            {generation.replicas.map((progress) => (
              <ReplicaLine key={progress.replica.name} progress={progress} now={now} />
            ))}
          </ul>
        </div>
      ))}
      <NotifyWhenDone deployment={deployment} moving={moving} />
    </section>
  );
}

function ReplicaLine({ progress, now }: { progress: ReplicaProgress; now: number }) {
  const { replica, step } = progress;
  const reached = step === null ? -1 : steps.indexOf(step);
  return (
    <li class="replica-line">
      <div class="row">
        <span class="mono wrap">{replica.name}</span>
        <ReplicaPill phase={replica.phase} />
      </div>
      {step !== null && (
        <ol class="track">
          {steps.map((each, index) => {
            const seconds = secondsIn(progress, each, now);
            const state = index < reached || step === 'serving' ? 'done' : index === reached ? 'now' : 'later';
            return (
              <li key={each} class={`track-${state}`} aria-current={state === 'now' ? 'step' : undefined}>
                <Icon name={state === 'done' ? 'circle-check' : state === 'now' ? 'loader-circle' : 'circle-dashed'} size={14} spin={state === 'now'} />
                {each}
                {seconds !== null && each !== 'serving' && <span class="dim"> {formatDuration(Math.max(1, Math.round(seconds)))}</span>}
              </li>
            );
          })}
        </ol>
      )}
      {replica.reason && <p class="small dim wrap">{replica.reason}</p>}
    </li>
  );
}

/// Browsers offer it on secure addresses only.
function NotifyWhenDone({ deployment, moving }: { deployment: Deployment; moving: boolean }) {
  const [wanted, setWanted] = useState(false);
  const { phase, message } = deployment.status;
  useEffect(() => {
    if (!wanted || (moving && phase !== 'Failed')) return;
    setWanted(false);
    new Notification(`${deployment.name}: ${phase}`, { body: message });
  }, [wanted, moving, phase]);
  if (!moving || phase === 'Failed' || typeof Notification === 'undefined' || Notification.permission === 'denied') return null;
  const ask = async () => setWanted((await Notification.requestPermission()) === 'granted');
  return (
    <div class="row">
      <Button small kind="ghost" icon={wanted ? 'check' : 'bell'} disabled={wanted} onClick={() => void ask()}>
        {wanted ? 'You will be told when it is done' : 'Tell me when it is done'}
      </Button>
    </div>
  );
}
