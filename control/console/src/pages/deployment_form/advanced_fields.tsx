import { useRef } from 'preact/hooks';
import { Checkbox, SelectField, TextArea, TextField } from '../../ui/field';
import { Button } from '../../ui/button';
import { formatJson } from '../../lib/json_text';
import { exampleMistake, type FormModel } from './form_model';
import type { LimitState, ServingState } from './form_state';

/// How it is served: most deployments need none of it, so it is folded away.
export function AdvancedFields({ model }: { model: FormModel }) {
  const { form, set, errors } = model;
  const { serving } = form;
  const setServing = (change: Partial<ServingState>) => set({ serving: { ...serving, ...change } });
  const number = (label: string, member: 'timeout' | 'concurrency' | 'maxQueue' | 'queueTimeout' | 'maxBodyBytes', hint: string) => (
    <TextField label={label} hint={hint} value={serving[member]} errors={errors(`/serving/${member}`)} onInput={(value) => setServing({ [member]: value })} />
  );
  // Opened for mistakes, and not closed over the fields when they are gone.
  const hadErrors = useRef(false);
  hadErrors.current ||= errors('/serving', '/progressDeadline').length > 0;
  const flag = (label: string, member: 'idempotent' | 'hedge' | 'forwardAuthorization' | 'allowUpgrade', hint: string) => (
    <Checkbox label={label} hint={hint} checked={serving[member]} errors={errors(`/serving/${member}`)} onChange={(checked) => setServing({ [member]: checked })} />
  );
  return (
    <details class="card form-section" open={hadErrors.current}>
      <summary>Serving, limits and rollout</summary>
      <div class="stack">
        <ExampleRequest model={model} onInput={(exampleRequest) => setServing({ exampleRequest })} />
        <div class="columns">
          <SelectField
            label="Protocol"
            hint="How requests reach the replica."
            value={serving.protocol}
            empty="as the image"
            choices={[
              { value: 'seldon', text: 'seldon' },
              { value: 'passthrough', text: 'passthrough' },
            ]}
            errors={errors('/serving/protocol')}
            onInput={(protocol) => setServing({ protocol })}
          />
          {number('Timeout', 'timeout', 'Seconds until the answer begins; empty: 60.')}
          {number('Concurrency', 'concurrency', 'Requests at a time per replica; empty: as the image says, or as is learnt.')}
          {number('Longest queue', 'maxQueue', 'Requests that wait for a replica; empty: 64.')}
          {number('Longest wait', 'queueTimeout', 'Seconds in the queue; empty: 10.')}
          {number('Largest body', 'maxBodyBytes', 'Bytes; empty: 33554432.')}
        </div>
        {flag('Idempotent', 'idempotent', 'A request may be sent to a second replica when the first one failed.')}
        {flag('Hedge', 'hedge', 'A slow request is sent to a second replica as well; needs idempotent.')}
        {flag('Forward Authorization', 'forwardAuthorization', "The model sees the caller's Authorization field.")}
        {flag('WebSocket', 'allowUpgrade', 'A connection may become a WebSocket.')}
        <Limits legend="Limits of all callers together" limit={serving.limits} pointer="/serving/limits" model={model} onChange={(limits) => setServing({ limits })} />
        {form.isPrivate && (
          <Limits legend="Limits of each client" limit={serving.perClient} pointer="/serving/limits/perClient" model={model} onChange={(perClient) => setServing({ perClient })} />
        )}
        <div class="columns">
          <TextField
            label="Progress deadline"
            hint="Seconds until a revision that does not become ready has failed; empty: 600."
            value={form.progressDeadline}
            errors={errors('/progressDeadline')}
            onInput={(progressDeadline) => set({ progressDeadline })}
          />
        </div>
        <Checkbox
          label="Roll back by itself"
          hint="A revision that fails is replaced by the last good one."
          checked={form.autoRollback}
          onChange={(autoRollback) => set({ autoRollback })}
        />
      </div>
    </details>
  );
}

function ExampleRequest({ model, onInput }: { model: FormModel; onInput: (text: string) => void }) {
  const text = model.form.serving.exampleRequest;
  const mistake = exampleMistake(model.form);
  const format = () => onInput(formatJson(JSON.parse(text)));
  return (
    <>
      <TextArea
        label="Example request"
        mono
        rows={5}
        placeholder='{"data": {"ndarray": [[5.1, 3.5, 1.4, 0.2]]}}'
        hint="JSON that the model must answer with 2xx before a replica is ready, and that the try-it panel begins with; empty: the image's own."
        value={text}
        errors={[...(mistake ? [mistake] : []), ...model.errors('/serving/exampleRequest')]}
        onInput={onInput}
      />
      {text.trim() !== '' && !mistake && (
        <div class="row">
          <Button small onClick={format}>
            Format
          </Button>
        </div>
      )}
    </>
  );
}

interface LimitsProps {
  legend: string;
  limit: LimitState;
  pointer: string;
  model: FormModel;
  onChange: (limit: LimitState) => void;
}

function Limits({ legend, limit, pointer, model, onChange }: LimitsProps) {
  const field = (label: string, member: keyof LimitState) => (
    <TextField
      label={label}
      placeholder="no bound"
      value={limit[member]}
      errors={model.errors(`${pointer}/${member}`)}
      onInput={(value) => onChange({ ...limit, [member]: value })}
    />
  );
  return (
    <fieldset>
      <legend>{legend}</legend>
      <div class="columns">
        {field('Requests a second', 'requestsPerSecond')}
        {field('Burst', 'burst')}
        {field('At a time', 'concurrent')}
      </div>
    </fieldset>
  );
}
