import { useState } from 'preact/hooks';
import type { PredictionReply } from '../../api/types';
import { formatMilliseconds } from '../../lib/format';
import { findJsonMistake, formatJson } from '../../lib/json_text';
import { Alert } from '../../ui/alert';
import { CodeBlock } from '../../ui/code_block';
import { Pill } from '../../ui/pill';

type View = 'Pretty' | 'Raw' | 'Headers';
const views: readonly View[] = ['Pretty', 'Raw', 'Headers'];

function textOf(reply: PredictionReply, view: View): string {
  if (view === 'Headers') return reply.headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
  if (reply.bodyEncoding === 'base64') return `${Math.floor((reply.body.length * 3) / 4)} bytes that are no text, in base64:\n${reply.body}`;
  if (view === 'Raw' || reply.body === '' || findJsonMistake(reply.body)) return reply.body;
  return formatJson(JSON.parse(reply.body));
}

export function Reply({ reply }: { reply: PredictionReply }) {
  const [view, setView] = useState<View>('Pretty');
  const good = reply.status !== null && reply.status < 400;
  const text = textOf(reply, view);
  return (
    <>
      <div class="row">
        <Pill tone={good ? 'good' : 'bad'} icon={good ? 'circle-check' : 'circle-x'} text={reply.status === null ? 'No answer' : String(reply.status)} />
        <span>{formatMilliseconds(reply.timing.total * 1000)}</span>
        <span class="dim wrap">{reply.replica ? `from ${reply.replica}` : 'from the gateway itself'}</span>
        {reply.reason && <code>{reply.reason}</code>}
      </div>
      <Timing timing={reply.timing} />
      {reply.error && <Alert kind="warning">{reply.error}</Alert>}
      <div class="segments" role="group" aria-label="Answer">
        {views.map((each) => (
          <button key={each} type="button" aria-pressed={view === each} onClick={() => setView(each)}>
            {each}
          </button>
        ))}
      </div>
      {text === '' ? <p class="dim">Empty.</p> : <CodeBlock text={text} what={view === 'Headers' ? 'headers' : 'answer'} />}
    </>
  );
}

/// Where the time went.
function Timing({ timing }: { timing: PredictionReply['timing'] }) {
  const parts = [
    { name: 'queue', seconds: timing.queue },
    { name: 'connect', seconds: timing.connect },
    { name: 'first byte', seconds: timing.firstByte },
    { name: 'body and gateway', seconds: Math.max(0, timing.total - timing.queue - timing.connect - timing.firstByte) },
  ];
  const total = Math.max(timing.total, 1e-9);
  return (
    <div>
      <div class="timing" aria-hidden="true">
        {parts.map(({ name, seconds }, index) => (
          <div key={name} class={`timing-${index + 1}`} style={{ width: `${(seconds / total) * 100}%` }} />
        ))}
      </div>
      <dl class="timing-words small">
        {parts.map(({ name, seconds }, index) => (
          <div key={name}>
            <dt>
              <span class={`timing-key timing-${index + 1}`} aria-hidden="true" />
              {name}
            </dt>
            <dd>{formatMilliseconds(seconds * 1000)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
