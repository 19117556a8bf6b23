/** Draws what is drawn on a canvas as SVG text instead: one painter, two surfaces. */
import type { Surface } from '../timeline/picture.ts';

/** Width of a text in px, in a CSS font. */
export type Measure = (text: string, font: string) => number;

interface Pen {
  strokeStyle: string;
  fillStyle: string;
  lineWidth: number;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dash: readonly number[];
  /** Translation; nothing else is ever needed. */
  dx: number;
  dy: number;
  /** Groups opened by clips since the last save. */
  clips: number;
}

const ANCHORS: Partial<Record<CanvasTextAlign, string>> = { center: 'middle', right: 'end', end: 'end' };
/** How far the baseline lies below the given point, as a share of the font size. */
const BASELINES: Partial<Record<CanvasTextBaseline, number>> = { middle: 0.35, top: 0.8 };

/** The part of a 2D context that the timeline's painters use. Coordinates are CSS px; a device pixel ratio is ignored. */
export class SvgSurface implements Surface {
  strokeStyle = '#000';
  fillStyle = '#000';
  lineWidth = 1;
  globalAlpha = 1;
  font = '10px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  #dash: readonly number[] = [];
  #dx = 0;
  #dy = 0;
  #clips = 0;
  #path = '';
  #marks: string[] = [];
  #saved: Pen[] = [];
  #clipPaths = 0;
  readonly #measure: Measure;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  /** The drawing as a document of its own. `label` is its name for screen readers. */
  document(width: number, height: number, background: string, label: string): string {
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${num(width)}" height="${num(height)}" viewBox="0 0 ${num(width)} ${num(height)}" role="img">`,
      `<title>${escaped(label)}</title>`,
      `<rect width="100%" height="100%" fill="${escaped(background)}"/>`,
      ...this.#marks,
      '</svg>\n',
    ].join('\n');
  }

  setTransform(): void {
    this.#dx = 0;
    this.#dy = 0;
  }

  translate(x: number, y: number): void {
    this.#dx += x;
    this.#dy += y;
  }

  clearRect(): void {
    // The document begins empty.
  }

  save(): void {
    const { strokeStyle, fillStyle, lineWidth, globalAlpha, font, textAlign, textBaseline } = this;
    this.#saved.push({
      strokeStyle,
      fillStyle,
      lineWidth,
      globalAlpha,
      font,
      textAlign,
      textBaseline,
      dash: this.#dash,
      dx: this.#dx,
      dy: this.#dy,
      clips: this.#clips,
    });
    this.#clips = 0;
  }

  restore(): void {
    const pen = this.#saved.pop();
    if (pen === undefined) return;
    for (let i = 0; i < this.#clips; i++) this.#marks.push('</g>');
    const { dash, dx, dy, clips, ...rest } = pen;
    Object.assign(this, rest);
    [this.#dash, this.#dx, this.#dy, this.#clips] = [dash, dx, dy, clips];
  }

  beginPath(): void {
    this.#path = '';
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${this.#at(x, y)}`;
  }

  lineTo(x: number, y: number): void {
    this.#path += `L${this.#at(x, y)}`;
  }

  closePath(): void {
    this.#path += 'Z';
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.#path += `M${this.#at(x, y)}h${num(width)}v${num(height)}h${num(-width)}Z`;
  }

  /** Only whole circles are ever drawn. */
  arc(x: number, y: number, radius: number): void {
    const r = num(radius);
    this.#path += `M${this.#at(x + radius, y)}a${r} ${r} 0 1 1 ${num(-2 * radius)} 0a${r} ${r} 0 1 1 ${num(2 * radius)} 0`;
  }

  clip(): void {
    const id = `clip${++this.#clipPaths}`;
    this.#marks.push(`<clipPath id="${id}"><path d="${this.#path}"/></clipPath>`, `<g clip-path="url(#${id})">`);
    this.#clips++;
  }

  fill(): void {
    if (this.#path !== '') this.#marks.push(`<path d="${this.#path}" fill="${escaped(this.fillStyle)}"${this.#alpha()}/>`);
  }

  stroke(): void {
    if (this.#path !== '') this.#marks.push(`<path d="${this.#path}" ${this.#line()}/>`);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.#marks.push(`<rect ${this.#box(x, y, width, height)} fill="${escaped(this.fillStyle)}"${this.#alpha()}/>`);
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.#marks.push(`<rect ${this.#box(x, y, width, height)} ${this.#line()}/>`);
  }

  setLineDash(dash: number[]): void {
    this.#dash = dash;
  }

  fillText(text: string, x: number, y: number): void {
    const [, weight, size = '10', family = 'sans-serif'] = /^(?:(\d+) )?([\d.]+)px (.*)$/.exec(this.font) ?? [];
    const drop = (BASELINES[this.textBaseline] ?? 0) * Number(size);
    const anchor = ANCHORS[this.textAlign];
    this.#marks.push(
      `<text x="${num(x + this.#dx)}" y="${num(y + this.#dy + drop)}" font-family="${escaped(family)}" font-size="${size}"` +
        (weight === undefined ? '' : ` font-weight="${weight}"`) +
        (anchor === undefined ? '' : ` text-anchor="${anchor}"`) +
        ` fill="${escaped(this.fillStyle)}"${this.#alpha()}>${escaped(text)}</text>`,
    );
  }

  measureText(text: string): { readonly width: number } {
    return { width: this.#measure(text, this.font) };
  }

  #at(x: number, y: number): string {
    return `${num(x + this.#dx)} ${num(y + this.#dy)}`;
  }

  #box(x: number, y: number, width: number, height: number): string {
    return `x="${num(x + this.#dx)}" y="${num(y + this.#dy)}" width="${num(Math.max(0, width))}" height="${num(Math.max(0, height))}"`;
  }

  #line(): string {
    const dash = this.#dash.length === 0 ? '' : ` stroke-dasharray="${this.#dash.map(num).join(' ')}"`;
    return `fill="none" stroke="${escaped(this.strokeStyle)}" stroke-width="${num(this.lineWidth)}"${dash}${this.#alpha()}`;
  }

  #alpha(): string {
    return this.globalAlpha === 1 ? '' : ` opacity="${num(this.globalAlpha)}"`;
  }
}

function num(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function escaped(text: string): string {
  // Characters that XML does not allow are left out.
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
