import type { ComponentType } from 'preact';
import { lazy } from '../router/lazy';
import type { Params } from '../router/match';

/// What a page gets: what stands in the variable places of its address. Its query is in router/location.
export interface PageProps {
  params: Params;
}

export interface Route {
  pattern: string;
  page: ComponentType<PageProps>;
}

/// Every address of the console. Each page is a chunk of its own, fetched when it is shown first.
export const routes: readonly Route[] = [
  { pattern: '/deployments', page: lazy(() => import('../pages/deployments/page')) },
  { pattern: '/create', page: lazy(() => import('../pages/deployment_form/create_page')) },
  { pattern: '/deployments/:id/update', page: lazy(() => import('../pages/deployment_form/update_page')) },
  { pattern: '/deployments/:id/:tab?', page: lazy(() => import('../pages/deployment/page')) },
  { pattern: '/groups', page: lazy(() => import('../pages/groups/page')) },
  { pattern: '/groups/:name', page: lazy(() => import('../pages/groups/page')) },
  { pattern: '/instance-types', page: lazy(() => import('../pages/instance_types/page')) },
  { pattern: '/images', page: lazy(() => import('../pages/images/page')) },
  { pattern: '/pull-secrets', page: lazy(() => import('../pages/pull_secrets/page')) },
  { pattern: '/users', page: lazy(() => import('../pages/users/page')) },
  { pattern: '/users/:name', page: lazy(() => import('../pages/users/page')) },
  { pattern: '/tokens', page: lazy(() => import('../pages/tokens/page')) },
  { pattern: '/audit', page: lazy(() => import('../pages/audit/page')) },
  { pattern: '/gateway', page: lazy(() => import('../pages/gateway/page')) },
];
