import type { PageProps } from '../../app/routes';
import { deployments, isComplete } from '../../state/live';
import { LinkButton } from '../../ui/button';
import { EmptyState } from '../../ui/empty_state';
import { PageHead } from '../../ui/page_head';
import { Skeleton } from '../../ui/skeleton';
import { Tabs } from '../../ui/tabs';
import { tabHref, tabs } from './tabs';

export default function DeploymentPage({ params }: PageProps) {
  const id = params['id'] ?? '';
  const deployment = deployments.value.get(id);
  if (!deployment) {
    if (!isComplete.value) return <Skeleton lines={8} />;
    return (
      <EmptyState icon="search-x" title="Not Found" action={<LinkButton href="/deployments">Deployments</LinkButton>}>
        The deployment may be removed or not authorized.
      </EmptyState>
    );
  }
  const shown = tabs.filter((each) => each.isShown?.(deployment) ?? true);
  const current = shown.find((each) => each.name === (params['tab'] ?? 'information'));
  const Tab = current?.page;
  return (
    <>
      <PageHead title={`Deployment: ${deployment.name}`} above={[{ text: 'Deployments', href: '/deployments' }]} />
      <Tabs label="Deployment" current={current?.name ?? ''} tabs={shown.map(({ name, text }) => ({ name, text, href: tabHref(id, name) }))} />
      {Tab ? <Tab deployment={deployment} /> : <EmptyState icon="search-x" title="There is no such tab" />}
    </>
  );
}
