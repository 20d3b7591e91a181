import { describe, expect, it } from '@jest/globals';
import { contrast, themeAccents } from './accent.js';

describe('the accent colour', () => {
  it.each(['#1f5eff', '#ffff00', '#000000', '#ffffff', '#7f7f7f', '#ff0066', '#00ff88'])(
    'made from %s can be read in both themes',
    (accent) => {
      const { light, onLight, dark, onDark } = themeAccents(accent);
      expect(contrast(light, '#f7f7f5')).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark, '#212428')).toBeGreaterThanOrEqual(4.5);
      expect(contrast(light, onLight)).toBeGreaterThanOrEqual(4.5);
      expect(contrast(dark, onDark)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it('stays as it is where it can be read already', () => {
    expect(themeAccents('#1f5eff').light).toBe('#1f5eff');
  });

  it('must be a hex colour, so that nothing else reaches the stylesheet', () => {
    expect(() => themeAccents('red;} body{')).toThrow('#rrggbb');
  });
});
