import { useState } from 'preact/hooks';
import { paletteOpen } from '../../app/keys';
import { places } from '../../app/navigation';
import { navigate } from '../../router/location';
import { deployments } from '../../state/live';
import { singleKeys } from '../../state/preferences';
import { isAdmin } from '../../state/session';
import { Dialog } from '../../ui/dialog';
import { Checkbox } from '../../ui/field';
import { Icon, type IconName } from '../../ui/icon';

interface Target {
  href: string;
  text: string;
  more: string;
  icon: IconName;
}

const most = 12;

function targets(search: string): Target[] {
  const wanted = search.trim().toLowerCase();
  const pages: Target[] = [
    ...places.filter((each) => !each.admin || isAdmin.value).map((each) => ({ ...each, more: each.key ? `g ${each.key}` : '' })),
    { href: '/create', text: 'Create Deployment', more: '', icon: 'plus' },
  ];
  const things: Target[] = [...deployments.value.values()].map((each) => ({
    href: `/deployments/${each.id}`,
    text: each.name,
    more: `${each.id} · ${each.group} · ${each.status.phase}`,
    icon: 'rocket',
  }));
  const matches = (each: Target) => `${each.text} ${each.more} ${each.href}`.toLowerCase().includes(wanted);
  return [...pages, ...things].filter(matches).slice(0, most);
}

/// Goes to a page or a deployment by a few letters of it.
export default function Palette() {
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(0);
  const found = targets(search);
  const close = () => (paletteOpen.value = false);
  const go = (target: Target | undefined) => {
    if (!target) return;
    close();
    void navigate(target.href);
  };
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setAt((at + step + found.length) % found.length);
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      go(found[at]);
    }
  };
  return (
    <Dialog title="Go to" onClose={close}>
      <input
        type="search"
        role="combobox"
        aria-label="Page or deployment"
        placeholder="Page or deployment"
        aria-expanded="true"
        aria-controls="palette-list"
        list={undefined}
        aria-activedescendant={found.length > 0 ? `palette-${at}` : undefined}
        autoFocus
        value={search}
        onInput={(event) => {
          setSearch(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKey}
      />
      <ul class="palette" id="palette-list" role="listbox" aria-label="Found">
        {found.map((each, index) => (
          <li key={each.href} id={`palette-${index}`} role="option" aria-selected={index === at} onClick={() => go(each)}>
            <Icon name={each.icon} />
            <span>{each.text}</span>
            <span class="dim small">{each.more}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="dim">Nothing is called so.</p>}
      <Checkbox label="Single keys do something, too" checked={singleKeys.value === 'on'} onChange={(on) => (singleKeys.value = on ? 'on' : 'off')} />
      <p class="dim small">
        <kbd>Ctrl K</kbd> or <kbd>?</kbd> opens this, <kbd>/</kbd> goes to the search, <kbd>g</kbd> and a letter to a page; of a deployment <kbd>g</kbd> and <kbd>i</kbd>, <kbd>l</kbd>, <kbd>h</kbd>, <kbd>c</kbd>, <kbd>m</kbd> to a tab.
      </p>
    </Dialog>
  );
}
