import { act, deleteDeployment, type Action } from '../../api/deployments';
import type { Deployment } from '../../api/types';
import { remember } from '../../state/live';
import { notify } from '../../state/notifications';
import { confirm } from '../../ui/confirm';

/// What is done with a deployment as it is, after it was asked for. Each answers whether it was done.

async function askAndAct(deployment: Deployment, action: Action, question: { title: string; text: string }, done: string): Promise<boolean> {
  const was = await confirm({
    ...question,
    yes: 'Yes',
    no: 'No',
    danger: action === 'stop',
    act: async () => remember('deployment', deployment.id, await act(deployment.id, action)),
  });
  if (was) notify({ kind: 'success', title: deployment.name, text: done });
  return was;
}

export const askStart = (deployment: Deployment) =>
  askAndAct(deployment, 'start', { title: 'Deploy', text: `Do you want to deploy '${deployment.name}'?` }, 'The model deployment has been deployed.');

export const askStop = (deployment: Deployment) =>
  askAndAct(
    deployment,
    'stop',
    { title: 'Stop', text: `Do you want to stop "${deployment.name}"? Callers get 503 until it is started again.` },
    'The model deployment has been stopped.',
  );

export const askRestart = (deployment: Deployment) =>
  askAndAct(
    deployment,
    'restart',
    { title: 'Restart', text: `Do you want to restart "${deployment.name}"? Its replicas are replaced one by one, no request is lost.` },
    'The replicas are being replaced.',
  );

export async function askDelete(deployment: Deployment): Promise<boolean> {
  const was = await confirm({
    title: 'Permanently delete deployment?',
    text: (
      <>
        <strong>{deployment.name}</strong> is deleted with its history and its clients, and its endpoint answers 404 from then on. This cannot be
        undone.
      </>
    ),
    typed: deployment.name,
    yes: 'Delete',
    danger: true,
    act: () => deleteDeployment(deployment.id, '*'),
  });
  if (was) notify({ kind: 'success', title: deployment.name, text: 'The model deployment has been deleted.' });
  return was;
}

export const isDown = (deployment: Deployment) => deployment.status.phase === 'Stopped' || deployment.status.phase === 'Stopping';
