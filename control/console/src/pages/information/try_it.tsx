import { useEffect, useRef, useState } from 'preact/hooks';
import { predict } from '../../api/predict';
import { detailOf } from '../../api/problem';
import type { Deployment, PredictionReply } from '../../api/types';
import { findJsonMistake, formatJson } from '../../lib/json_text';
import { exampleDrafts } from '../../state/example_drafts';
import { freshTokens } from '../../state/fresh_tokens';
import { isReadOnly } from '../../state/session';
import { Alert } from '../../ui/alert';
import { Button } from '../../ui/button';
import { Checkbox, TextArea } from '../../ui/field';
import { useExample } from '../deployment/example';
import { Reply } from './reply';
import { Snippets } from './snippets';

/// Sends a request as an application would, through the gateway, and shows the same for a terminal and for programs.
export function TryIt({ deployment }: { deployment: Deployment }) {
  const example = useExample(deployment);
  const [text, keepText] = useState(exampleDrafts.get(deployment.id) ?? null);
  const setText = (typed: string | null) => {
    if (typed === null) exampleDrafts.delete(deployment.id);
    else exampleDrafts.set(deployment.id, typed);
    keepText(typed);
  };
  const [reply, setReply] = useState<PredictionReply | null>(null);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [asClient, setAsClient] = useState(true);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);

  const body = text ?? example ?? '';
  const mistake = body === '' ? null : findJsonMistake(body);
  const isPrivate = deployment.endpointAccessType === 'private';
  const fresh = isPrivate ? freshTokens.value.get(deployment.id) : undefined;
  const client = fresh && asClient ? { name: fresh.client, token: fresh.token } : undefined;

  const send = async () => {
    ending.current = new AbortController();
    setBusy(true);
    setProblem('');
    try {
      setReply(await predict(deployment.id, { body, ...(client ? { client } : {}) }, ending.current.signal));
    } catch (error) {
      setReply(null);
      if (!ending.current.signal.aborted) setProblem(detailOf(error));
    }
    setBusy(false);
  };
  return (
    <section class="card try-it" aria-labelledby="try-it-title">
      <h2 id="try-it-title">Run an Example</h2>
      <div class="try-it-halves">
        <div class="stack">
          <TextArea
            label="POST, application/json"
            mono
            rows={12}
            value={body}
            errors={mistake ? [`Line ${mistake.line}, column ${mistake.column}: ${mistake.message}`] : []}
            onInput={setText}
          />
          {isPrivate && (
            <div class="small dim">
              {fresh ? (
                <Checkbox label={`As client ${fresh.client}, with the token that was just made`} checked={asClient} onChange={setAsClient} />
              ) : (
                'It is sent as you yourself, without a client: the model is told user:<your name>.'
              )}
            </div>
          )}
          {isReadOnly.value && <p class="small dim">You are signed in with a token that may look only, so nothing is sent from here: an application calls it as below.</p>}
          <div class="row">
            <Button kind="primary" icon="play" busy={busy} disabled={body === '' || isReadOnly.value} onClick={() => void send()}>
              Send
            </Button>
            {busy && <Button onClick={() => ending.current?.abort()}>Cancel</Button>}
            <Button disabled={mistake !== null || body === ''} onClick={() => setText(formatJson(JSON.parse(body)))}>
              Format
            </Button>
            {text !== null && text !== example && (
              <Button kind="ghost" icon="rotate-ccw" onClick={() => setText(null)}>
                Reset
              </Button>
            )}
          </div>
        </div>
        <div class="stack" aria-live="polite">
          {problem && (
            <Alert kind="error" title="Not sent">
              {problem}
            </Alert>
          )}
          {reply ? <Reply reply={reply} /> : !problem && <p class="dim try-it-nothing">The answer appears here: its status, how long each part of it took, and which replica gave it.</p>}
        </div>
      </div>
      <Snippets deployment={deployment} body={body} fresh={fresh} />
    </section>
  );
}
