import type { ComponentType } from 'preact';
import type { Deployment } from '../../api/types';
import { lazy } from '../../router/lazy';

/// What a tab of the deployment's page gets: the deployment as it is, rendered anew with every change of it.
/// What the tab shows of itself (a replica, a revision, a line) stands in the query: router/location.
export interface TabProps {
  deployment: Deployment;
}

export interface DeploymentTab {
  name: string;
  text: string;
  isShown?: (deployment: Deployment) => boolean;
  page: ComponentType<TabProps>;
}

export const tabs: readonly DeploymentTab[] = [
  { name: 'information', text: 'Information', page: lazy(() => import('../information/tab')) },
  { name: 'logs', text: 'Logs', page: lazy(() => import('../logs/tab')) },
  { name: 'history', text: 'History', page: lazy(() => import('../history/tab')) },
  {
    name: 'clients',
    text: 'Clients',
    isShown: (deployment) => deployment.endpointAccessType === 'private',
    page: lazy(() => import('../clients/tab')),
  },
  { name: 'monitor', text: 'Monitor', page: lazy(() => import('../monitor/tab')) },
];

export function tabHref(id: string, tab: string): string {
  return `/deployments/${encodeURIComponent(id)}` + (tab === 'information' ? '' : '/' + tab);
}
