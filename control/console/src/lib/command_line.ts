import type { DeploymentDraft, DeploymentPatch } from '../api/types';
import { shellQuote } from './shell';

/// What the command line would do the same with. Members that it has no flag for go along as a file.
type Document = Partial<Omit<DeploymentDraft, 'stop'>> & Partial<Omit<DeploymentPatch, 'stop'>> & { stop?: boolean | null };

const flags: [keyof Document, string][] = [
  ['name', '--name'],
  ['group', '--group'],
  ['modelImage', '--image'],
  ['instanceType', '--instance-type'],
  ['replicas', '--replicas'],
  ['modelURI', '--model-uri'],
  ['imagePullSecret', '--pull-secret'],
  ['description', '--description'],
  ['progressDeadline', '--progress-deadline'],
  ['updateMessage', '--message'],
];
const others = new Set(['id', 'endpointAccessType', 'env', 'metadata', 'autoRollback', 'stop', ...flags.map(([member]) => member)]);

function words(document: Document): string[] | null {
  const result: string[] = [];
  for (const [member, value] of Object.entries(document)) {
    if (!others.has(member) || value === null) return null;
  }
  for (const [member, flag] of flags) {
    const value = document[member];
    if (value !== undefined && value !== '') result.push(`${flag} ${shellQuote(String(value))}`);
  }
  if (document.endpointAccessType) result.push(`--${document.endpointAccessType}`);
  if (document.autoRollback !== undefined) result.push(document.autoRollback ? '--auto-rollback' : '--no-auto-rollback');
  if (document.stop !== undefined) result.push(document.stop ? '--stop' : '--start');
  for (const { name, value } of document.env ?? []) result.push(`--env ${shellQuote(`${name}=${value}`)}`);
  for (const [name, value] of Object.entries(document.metadata ?? {})) {
    if (value === null) return null;
    result.push(`--metadata ${shellQuote(`${name}=${value}`)}`);
  }
  return result;
}

function command(verb: 'create' | 'update', id: string, document: Document, more: string[]): string {
  const own = words(document);
  const start = `modelgate deployments ${verb} ${shellQuote(id)}`;
  if (own && !(verb === 'create' && document.stop) && !(verb === 'update' && document.metadata)) return [start, ...own, ...more].join(' \\\n    ');
  return `${[start, ...more, '-f -'].join(' ')} <<'END'\n${JSON.stringify(document, null, 2)}\nEND`;
}

export function createCommand(draft: DeploymentDraft): string {
  const { id, ...rest } = draft;
  return command('create', id ?? '', rest, []);
}

export function updateCommand(id: string, patch: DeploymentPatch, revision: number): string {
  return command('update', id, patch, [`--revision ${revision}`]);
}

export function restCommand(method: 'POST' | 'PATCH', url: string, document: object, revision?: number): string {
  const lines = [
    `curl -X ${method}`,
    '-H "Authorization: Bearer $MODELGATE_TOKEN"',
    ...(revision === undefined ? [] : [`-H 'If-Match: "${revision}"'`]),
    "-H 'Content-Type: application/json'",
    `-d ${shellQuote(JSON.stringify(document, null, 2))}`,
    shellQuote(url),
  ];
  return 'export MODELGATE_TOKEN=<api-token>\n' + lines.join(' \\\n    ');
}
