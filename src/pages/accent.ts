type Rgb = readonly [number, number, number];

export interface ThemeAccents {
  light: string;
  onLight: string;
  dark: string;
  onDark: string;
}

const ink: Rgb = [11, 16, 32];
const white: Rgb = [255, 255, 255];
const black: Rgb = [0, 0, 0];
/** The brightest ground of the light theme is white; the most raised of the dark one is #212428. */
const lightGround: Rgb = [247, 247, 245];
const darkGround: Rgb = [33, 36, 40];
/** WCAG 2.2, 1.4.3. */
const readable = 4.5;

/** One brand colour, moved towards black or white until it can be read as a link in either theme. */
export function themeAccents(accent: string): ThemeAccents {
  const colour = parseHex(accent);
  const light = untilReadable(colour, lightGround, black);
  const dark = untilReadable(colour, darkGround, white);
  return { light: toHex(light), onLight: toHex(onTop(light)), dark: toHex(dark), onDark: toHex(onTop(dark)) };
}

export function contrast(first: string, second: string): number {
  return ratio(parseHex(first), parseHex(second));
}

function parseHex(value: string): Rgb {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(value);
  if (!found) throw new Error(`The accent colour must be written #rrggbb, not "${value}".`);
  return [channel(found[1]), channel(found[2]), channel(found[3])];
}

function channel(hex = '0'): number {
  return Number.parseInt(hex, 16);
}

function untilReadable(colour: Rgb, ground: Rgb, towards: Rgb): Rgb {
  for (let step = 0; step <= 20; step++) {
    const moved = mix(colour, towards, step / 20);
    if (ratio(moved, ground) >= readable) return moved;
  }
  return towards;
}

function onTop(colour: Rgb): Rgb {
  return ratio(white, colour) >= readable ? white : ink;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (index: 0 | 1 | 2) => Math.round(from[index] + (to[index] - from[index]) * share);
  return [at(0), at(1), at(2)];
}

function ratio(first: Rgb, second: Rgb): number {
  const [bright, dim] = [luminance(first), luminance(second)].sort((a, b) => b - a) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function toHex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
