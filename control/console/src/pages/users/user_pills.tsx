import type { User } from '../../api/types';
import { Pill } from '../../ui/pill';

export const RolePill = ({ role }: { role: User['role'] }) =>
  role === 'admin' ? <Pill tone="busy" icon="shield-check" text="Platform administrator" /> : <Pill tone="off" icon="user" text="Member" />;

export const UserState = ({ user }: { user: User }) =>
  user.disabled ? <Pill tone="bad" icon="lock" text="Disabled" /> : <Pill tone="good" icon="circle-check" text="Enabled" />;
