import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { detailOf } from '../api/problem';
import { Alert } from './alert';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextField } from './field';

export interface Question {
  title: string;
  text?: ComponentChildren;
  yes: string;
  no?: string;
  danger?: boolean;
  /// What has to be typed before it may be said yes to, such as the name of what will be gone.
  typed?: string;
  /// Done on yes, while the dialog waits; a refusal is shown in it, and it stays open.
  act?: () => Promise<unknown>;
}

const asked = signal<(Question & { answer: (yes: boolean) => void }) | null>(null);

/// Asks, and answers whether it was said yes to (and `act` was done).
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = null;
        resolve(yes);
      },
    };
  });
}

export const askDiscard = () => confirm({ title: 'Do you want to discard the changes?', yes: 'Discard', danger: true });

/// Where questions are shown; once on the page.
export function ConfirmHost() {
  return asked.value ? <ConfirmDialog key={asked.value.title} {...asked.value} /> : null;
}

function ConfirmDialog({ title, text, yes, no = 'Cancel', danger, typed, act, answer }: NonNullable<typeof asked.value>) {
  const [given, setGiven] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const accept = async () => {
    setBusy(true);
    try {
      await act?.();
      answer(true);
    } catch (error) {
      setProblem(detailOf(error));
      setBusy(false);
    }
  };
  const ready = typed === undefined || given === typed;
  return (
    <Dialog title={title} onClose={busy ? undefined : () => answer(false)}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void accept();
        }}
      >
        <div>{text}</div>
        {typed !== undefined && (
          <TextField label={<>Type <strong>{typed}</strong> to go on</>} value={given} onInput={setGiven} autoFocus autocomplete="off" />
        )}
        {problem && <Alert kind="error">{problem}</Alert>}
        <footer class="dialog-actions">
          <Button onClick={() => answer(false)} disabled={busy}>
            {no}
          </Button>
          <Button type="submit" kind={danger ? 'danger' : 'primary'} busy={busy} disabled={!ready}>
            {yes}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
