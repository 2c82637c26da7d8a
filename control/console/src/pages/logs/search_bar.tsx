import { setQuery } from '../../router/location';
import { Button } from '../../ui/button';

interface SearchProps {
  search: string;
  /// How many lines match, and which of them is shown, from 0.
  count: number;
  at: number | null;
  onStep: (by: 1 | -1) => void;
}

/// Finds text in the lines that are loaded. Enter goes to the one before, from the newest on, as people look for what happened last.
export function SearchBar({ search, count, at, onStep }: SearchProps) {
  const found = count === 0 ? 'No line matches' : at === null ? `${count} ${count === 1 ? 'line matches' : 'lines match'}` : `${at + 1} of ${count}`;
  return (
    <div class="log-search" role="search">
      <input
        type="search"
        aria-label="Search the log"
        placeholder="Search the log"
        spellcheck={false}
        value={search}
        onInput={(event) => setQuery({ search: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          onStep(event.shiftKey ? 1 : -1);
        }}
      />
      <Button small icon="arrow-down" class="log-up" label="Earlier match" disabled={count === 0} onClick={() => onStep(-1)} />
      <Button small icon="arrow-down" label="Later match" disabled={count === 0} onClick={() => onStep(1)} />
      <span class="log-count" role="status">
        {search === '' ? '' : found}
      </span>
    </div>
  );
}
