import type { Phase, ReplicaPhase } from '../api/types';
import { Icon, type IconName } from './icon';

export type Tone = 'good' | 'busy' | 'bad' | 'off' | 'warn';

/// A state by icon, word and colour: never by colour alone.
export function Pill({ tone, icon, text, spin = false }: { tone: Tone; icon: IconName; text: string; spin?: boolean }) {
  return (
    <span class={`pill pill-${tone}`}>
      <Icon name={icon} size={14} spin={spin} />
      {text}
    </span>
  );
}

type Look = { tone: Tone; icon: IconName; spin?: boolean };

export const phaseLooks: Record<Phase, Look> = {
  Deployed: { tone: 'good', icon: 'circle-check' },
  Deploying: { tone: 'busy', icon: 'loader-circle', spin: true },
  Stopping: { tone: 'warn', icon: 'loader-circle', spin: true },
  Stopped: { tone: 'off', icon: 'circle-pause' },
  Failed: { tone: 'bad', icon: 'circle-x' },
};

const replicaLooks: Record<ReplicaPhase, Look> = {
  Starting: { tone: 'busy', icon: 'loader-circle', spin: true },
  Ready: { tone: 'good', icon: 'circle-check' },
  Unready: { tone: 'bad', icon: 'circle-alert' },
  Draining: { tone: 'warn', icon: 'circle-dashed' },
  Stopping: { tone: 'warn', icon: 'loader-circle', spin: true },
  Exited: { tone: 'bad', icon: 'circle-x' },
};

export const PhasePill = ({ phase }: { phase: Phase }) => <Pill {...phaseLooks[phase]} text={phase} />;
export const ReplicaPill = ({ phase }: { phase: ReplicaPhase }) => <Pill {...replicaLooks[phase]} text={phase} />;
