/** Draws many messages on a canvas: the same shapes, hues and letters as the marks, without texts. */
import type { Theme } from './hue.ts';
import { BACKGROUND, epochHex } from './hue.ts';
import { epochOf, GLYPH_HALF, GLYPHS, glyphPath, type Family } from './glyphs.ts';
import type { Flying } from './scene.ts';

const sprites = new Map<string, HTMLCanvasElement>();

/** Paints all messages; `ratio` is device pixels per CSS pixel. */
export function paintFlights(
  context: CanvasRenderingContext2D,
  flying: readonly Flying[],
  width: number,
  height: number,
  theme: Theme,
  scale: number,
  ratio: number,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width * ratio, height * ratio);
  const small = flying.length > 80 ? 0.8 : 1;
  for (const { flight, at } of flying) {
    const glyph = GLYPHS[flight.message.kind];
    const sprite = spriteOf(
      glyph.family,
      glyph.letters,
      epochHex(epochOf(flight.message), theme),
      theme,
      scale * small * ratio,
      flight.inferred === true,
    );
    context.drawImage(sprite, Math.round(at.x * ratio - sprite.width / 2), Math.round(at.y * ratio - sprite.height / 2));
  }
}

/** A glyph is drawn once for each look and copied after that. */
function spriteOf(family: Family, letters: string, hue: string, theme: Theme, scale: number, inferred: boolean): HTMLCanvasElement {
  const key = `${letters} ${hue} ${theme} ${scale} ${inferred}`;
  const known = sprites.get(key);
  if (known !== undefined) return known;
  const sprite = document.createElement('canvas');
  sprite.width = Math.ceil((GLYPH_HALF.x * 2 + 4) * scale);
  sprite.height = Math.ceil((GLYPH_HALF.y * 2 + 4) * scale);
  const context = sprite.getContext('2d');
  if (context !== null) {
    context.setTransform(scale, 0, 0, scale, sprite.width / 2, sprite.height / 2);
    const path = new Path2D(glyphPath(family, GLYPH_HALF.x, GLYPH_HALF.y));
    context.fillStyle = BACKGROUND[theme];
    context.fill(path);
    context.strokeStyle = hue;
    context.lineWidth = 2;
    if (inferred) context.setLineDash([5, 3]);
    context.stroke(path);
    context.fillStyle = theme === 'dark' ? '#eceeef' : '#1b2127';
    context.font = '650 13px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(letters, 0, 0.5);
  }
  if (sprites.size > 400) sprites.clear();
  sprites.set(key, sprite);
  return sprite;
}
