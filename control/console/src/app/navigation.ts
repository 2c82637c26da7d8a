import type { IconName } from '../ui/icon';

export interface Place {
  href: string;
  text: string;
  icon: IconName;
  /// For platform administrators only.
  admin?: boolean;
  /// Pressed after g.
  key?: string;
}

/// Where one can go from everywhere; the palette and the keys take it from here, too.
export const places: readonly Place[] = [
  { href: '/deployments', text: 'Deployments', icon: 'rocket', key: 'd' },
  { href: '/groups', text: 'Groups', icon: 'users', key: 'g' },
  { href: '/instance-types', text: 'Instance types', icon: 'cpu', key: 'i' },
  { href: '/images', text: 'Model images', icon: 'layers', key: 'm' },
  { href: '/pull-secrets', text: 'Pull secrets', icon: 'lock', key: 's' },
  { href: '/tokens', text: 'API tokens', icon: 'key-round', key: 't' },
  { href: '/users', text: 'Users', icon: 'user', admin: true, key: 'u' },
  { href: '/audit', text: 'Audit', icon: 'scroll-text', admin: true, key: 'a' },
  { href: '/gateway', text: 'Gateway', icon: 'activity', admin: true, key: 'h' },
];
