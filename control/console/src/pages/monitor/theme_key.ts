import { useEffect, useState } from 'preact/hooks';
import { theme } from '../../state/preferences';

/// Changes with the theme that is shown: a canvas does not follow the style sheet by itself.
export function useThemeKey(): string {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const [isDark, setDark] = useState(dark.matches);
  useEffect(() => {
    const onChange = () => setDark(dark.matches);
    dark.addEventListener('change', onChange);
    return () => dark.removeEventListener('change', onChange);
  }, []);
  return theme.value === 'auto' ? String(isDark) : theme.value;
}
