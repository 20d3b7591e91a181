import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components';

const KEY = 'gatehouse.theme';
const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const;
type Theme = keyof typeof NEXT;

const kept = (): Theme => {
  const theme = localStorage.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
};

/** Light, dark, or whatever the computer says. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState<Theme>(kept);
  useEffect(() => {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  return (
    <Button className="button quiet small" onPress={() => setTheme(NEXT[theme])}>
      Theme: {theme}
    </Button>
  );
}
