import { useEffect, useState } from 'preact/hooks';
import { getLogLevel, logLevels, setLogLevel, type LogLevel } from '../../api/program';
import { notify, notifyError } from '../../state/notifications';
import { isReadOnly } from '../../state/session';
import { SelectField } from '../../ui/field';

const meanings: Record<LogLevel, string> = {
  debug: 'debug: everything',
  info: 'info',
  warning: 'warning',
  error: 'error',
  off: 'off: nothing',
};

/// What the program writes to its log; changed for as long as the config file is not read again.
export function LogLevelCard() {
  const [level, setLevel] = useState<LogLevel | null>(null);
  useEffect(() => {
    getLogLevel().then((answer) => setLevel(answer.level), (error) => notifyError(error, 'The log level'));
  }, []);
  const change = async (to: LogLevel) => {
    const before = level;
    setLevel(to);
    try {
      setLevel((await setLogLevel(to)).level);
      notify({ kind: 'success', title: 'Log level', text: `The program's log is at level ${to} until the config file is read again.` });
    } catch (error) {
      setLevel(before);
      notifyError(error, 'Setting the log level');
    }
  };
  if (level === null) return null;
  return (
    <section class="card log-level" aria-label="Log">
      <SelectField
        label="Log level"
        hint="Of the program's own log, until the config file is read again."
        value={level}
        disabled={isReadOnly.value}
        onInput={(to) => void change(to as LogLevel)}
        choices={logLevels.map((value) => ({ value, text: meanings[value] }))}
      />
    </section>
  );
}
