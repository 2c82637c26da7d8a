import { Pill } from '../../ui/pill';

/// Whether a group may deploy models.
export const EnabledPill = ({ enabled }: { enabled: boolean }) =>
  enabled ? <Pill tone="good" icon="circle-check" text="Enabled" /> : <Pill tone="off" icon="circle-pause" text="Disabled" />;
