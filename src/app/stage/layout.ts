/**
 * Where things stand on the stage. Pure geometry: the size of the stage and who is there in, positions out, all in px.
 * Servers keep their place for good: it depends on the members and the size alone.
 */
import type { Sid } from '../../base/ids.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Which side of its disc a server's text stands on: always away from the middle of the ring. `corner` is right of it and upwards. */
export type Side = 'left' | 'right' | 'above' | 'below' | 'corner';

export interface ServerPlace extends Point {
  readonly sid: Sid;
  readonly side: Side;
}

/** How much text stands beside a disc: all of it, without the phase, or just the role word below the disc. */
export type TextMode = 'full' | 'slim' | 'word';

export interface StageLayout {
  readonly width: number;
  readonly height: number;
  /** Radius of a server's disc. */
  readonly radius: number;
  readonly text: TextMode;
  /** Text scale: 1.5 for projectors. */
  readonly scale: number;
  readonly servers: readonly ServerPlace[];
}

/** Room for a server's text beside its disc, at scale 1. */
const TEXT_WIDTH: Readonly<Record<TextMode, number>> = { full: 196, slim: 140, word: 92 };
export const TEXT_HEIGHT = 74;
/** From the disc to its text beside it; the ring of the selection lies between. */
export const TEXT_GAP = 15;
/** On lower stages the text of the server at the top stands in its corner: above it, it would take a third of the ring's height. */
const LOW_STAGE = 430;

/** From roomy to tight; the first that fits is taken. */
const STYLES: readonly (readonly [text: TextMode, radius: number])[] = [
  ['full', 42],
  ['full', 36],
  ['slim', 40],
  ['slim', 36],
  ['full', 30],
  ['slim', 32],
  ['slim', 28],
  ['slim', 24],
  ['word', 30],
  ['word', 27],
  ['word', 24],
  ['word', 21],
  ['word', 18],
];

/** The roomiest layout in which no disc or text covers another. */
export function placeServers(sids: readonly Sid[], width: number, height: number, scale = 1): StageLayout {
  let layout: StageLayout | undefined;
  for (const [text, radius] of STYLES) {
    layout = placeAs(sids, { width, height, radius: radius * scale, text, scale });
    if (isClear(layout)) return layout;
  }
  return layout ?? placeAs(sids, { width, height, radius: 18 * scale, text: 'word', scale });
}

function placeAs(sids: readonly Sid[], frame: Omit<StageLayout, 'servers'>): StageLayout {
  const { width, height, text, scale } = frame;
  const low = height < LOW_STAGE * scale;
  const seats = sids.map((sid, i) => {
    const angle = angleOf(i, sids.length);
    return {
      sid,
      cos: Math.cos(angle),
      sin: Math.sin(angle),
      side: text === 'word' ? ('below' as const) : sideOf(angle, sids.length, low),
    };
  });
  if (seats.length === 1)
    return { ...frame, servers: seats.map(({ sid, side }) => ({ sid, side, x: width / 2, y: height / 2 - 20 * scale })) };
  const needs = seats.map(({ side }) => roomAround(side, frame));
  const down = fit(
    seats.map(({ sin }, i) => ({ at: sin, before: needs[i]?.above ?? 0, after: needs[i]?.below ?? 0 })),
    height,
    6 * scale,
    Infinity,
  );
  // Not wider than 1.8 times its height: flat rings make links hard to tell apart.
  const across = fit(
    seats.map(({ cos }, i) => ({ at: cos, before: needs[i]?.left ?? 0, after: needs[i]?.right ?? 0 })),
    width,
    6 * scale,
    Math.max(1.8 * down.radius, 120 * scale),
  );
  return {
    ...frame,
    servers: seats.map(({ sid, side, cos, sin }) => ({
      sid,
      side,
      x: across.centre + across.radius * cos,
      y: down.centre + down.radius * sin,
    })),
  };
}

/** Whether all discs are well apart and no text covers a disc, another text, or leaves the stage. */
function isClear(layout: StageLayout): boolean {
  const { servers, radius, scale, width, height } = layout;
  const boxes = servers.map((place) => textBox(place, layout));
  return servers.every((a, i) => {
    const mine = boxes[i] as Rect;
    if (mine.x < 0 || mine.y < 0 || mine.x + mine.width > width || mine.y + mine.height > height) return false;
    return servers.every((b, j) => {
      if (i === j) return true;
      const disc = { x: b.x - radius - 4, y: b.y - radius - 4, width: 2 * radius + 8, height: 2 * radius + 8 };
      return (
        Math.hypot(a.x - b.x, a.y - b.y) >= 2 * radius + (layout.text === 'word' ? 12 : 44) * scale &&
        !overlaps(mine, disc) &&
        !overlaps(mine, boxes[j] as Rect)
      );
    });
  });
}

/** How far a server and its text reach from the middle of its disc. */
function roomAround(
  side: Side,
  { radius, scale, text }: Pick<StageLayout, 'radius' | 'scale' | 'text'>,
): { readonly above: number; readonly below: number; readonly left: number; readonly right: number } {
  const crown = radius * 1.65;
  if (text === 'word')
    return { above: crown, below: radius + 22 * scale, left: Math.max(radius, 46 * scale), right: Math.max(radius, 46 * scale) };
  const wide = radius + (TEXT_WIDTH[text] + TEXT_GAP) * scale;
  const halfWide = (TEXT_WIDTH[text] / 2) * scale;
  const tall = radius + (TEXT_HEIGHT + 10) * scale;
  const half = Math.max(radius + 8, (TEXT_HEIGHT / 2) * scale);
  switch (side) {
    case 'left':
      return { above: Math.max(half, crown), below: half, left: wide, right: radius };
    case 'right':
      return { above: Math.max(half, crown), below: half, left: radius, right: wide };
    case 'corner':
      return { above: Math.max(TEXT_HEIGHT * scale, crown), below: half, left: radius, right: wide };
    case 'above':
      return { above: tall + 24 * scale, below: radius, left: halfWide, right: halfWide };
    case 'below':
      return { above: crown, below: tall, left: halfWide, right: halfWide };
  }
}

/** The largest radius, and the centre, at which marks at `centre + radius · at` keep all their room inside `length`. */
function fit(
  marks: readonly { readonly at: number; readonly before: number; readonly after: number }[],
  length: number,
  margin: number,
  most: number,
): { readonly radius: number; readonly centre: number } {
  let radius = most;
  for (const a of marks)
    for (const b of marks) if (b.at - a.at > 1e-6) radius = Math.min(radius, (length - 2 * margin - a.before - b.after) / (b.at - a.at));
  if (radius === Infinity) radius = 0;
  radius = Math.max(radius, 20);
  const first = Math.min(...marks.map(({ at, before }) => radius * at - before));
  const last = Math.max(...marks.map(({ at, after }) => radius * at + after));
  return { radius, centre: length / 2 - (first + last) / 2 };
}

/** The first server stands at the top (two stand side by side), the others follow clockwise, as on a clock. */
function angleOf(i: number, of: number): number {
  const start = of === 2 ? Math.PI : -Math.PI / 2;
  return start + (i * 2 * Math.PI) / of;
}

function sideOf(angle: number, of: number, low: boolean): Side {
  if (of === 1) return 'below';
  const c = Math.cos(angle);
  if (Math.abs(c) < 0.3) return Math.sin(angle) > 0 ? 'below' : low ? 'corner' : 'above';
  return c < 0 ? 'left' : 'right';
}

/** Which server a client talks to; null while it has none. */
export interface Guest {
  readonly client: number;
  readonly sid: Sid | null;
}

/** Half the size of a client's box. */
export function clientHalf({ scale, text }: Pick<StageLayout, 'scale' | 'text'>): Point {
  const half = (text === 'word' ? 16 : 20) * scale;
  return { x: half, y: half * 0.8 };
}

/**
 * Where clients stand: beside the server each talks to, outside the ring, where neither its box nor its short straight line covers a
 * disc, a text or another client. Several fan out. A client without a server, or without room beside it, stands in a corner.
 */
export function placeClients(guests: readonly Guest[], layout: StageLayout): ReadonlyMap<number, Point> {
  const places = new Map<number, Point>();
  const taken: Rect[] = [...occupied(layout)];
  for (const { client, sid } of guests) {
    const host = layout.servers.find((server) => server.sid === sid);
    const at = (host === undefined ? undefined : besideServer(host, layout, taken)) ?? inCorner(layout, taken, places.size);
    places.set(client, at);
    taken.push(clientBox(at, layout));
  }
  return places;
}

/** A client's box with a little air. */
function clientBox({ x, y }: Point, layout: StageLayout): Rect {
  const half = clientHalf(layout);
  const air = 5 * layout.scale;
  return { x: x - half.x - air, y: y - half.y - air, width: 2 * (half.x + air), height: 2 * (half.y + air) };
}

/** The spot nearest to straight away from the middle of the ring that is free. */
function besideServer(host: ServerPlace, layout: StageLayout, taken: readonly Rect[]): Point | undefined {
  const { radius, scale, text, width, height } = layout;
  const centre = centreOf(layout);
  const away = layout.servers.length === 1 ? -Math.PI / 4 : Math.atan2(host.y - centre.y, host.x - centre.x);
  const reaches = (text === 'word' ? [60, 48, 76, 40, 96] : [92, 76, 108, 64, 124, 52, 148]).map((reach) => radius + reach * scale);
  const mine = { x: host.x - radius, y: host.y - radius };
  const others = taken.filter((box) => box.x !== mine.x || box.y !== mine.y);
  for (let turn = 0; turn <= 14; turn++) {
    for (const side of turn === 0 ? [1] : [1, -1]) {
      const angle = away + (side * turn * Math.PI) / 18;
      for (const reach of reaches) {
        const at = { x: host.x + reach * Math.cos(angle), y: host.y + reach * Math.sin(angle) };
        const box = clientBox(at, layout);
        if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) continue;
        if (taken.some((other) => overlaps(box, other))) continue;
        const start = { x: host.x + (radius + 4) * Math.cos(angle), y: host.y + (radius + 4) * Math.sin(angle) };
        if (!others.some((other) => passes(start, at, other))) return at;
      }
    }
  }
  return undefined;
}

function centreOf({ servers }: StageLayout): Point {
  const xs = servers.map(({ x }) => x);
  const ys = servers.map(({ y }) => y);
  return { x: (Math.min(...xs) + Math.max(...xs)) / 2, y: (Math.min(...ys) + Math.max(...ys)) / 2 };
}

/** Corners in turn: bottom left, bottom right, top left, top right, then further in; the first that is free. */
function inCorner(layout: StageLayout, taken: readonly Rect[], index: number): Point {
  const slots = Array.from({ length: 24 }, (_, slot) => cornerSlot(slot, layout));
  return slots.find((slot) => !taken.some((box) => overlaps(clientBox(slot, layout), box))) ?? cornerSlot(index, layout);
}

function cornerSlot(slot: number, { width, height, scale, text }: StageLayout): Point {
  const compact = text === 'word';
  const inset = (compact ? 26 : 44) * scale;
  const inward = Math.floor(slot / 4) * (compact ? 44 : 72) * scale;
  const corner = slot % 4;
  return { x: corner === 0 || corner === 2 ? inset + inward : width - inset - inward, y: corner < 2 ? height - inset : inset };
}

/** Whether a line between two points runs through a rectangle. */
function passes(from: Point, to: Point, box: Rect): boolean {
  const steps = Math.max(2, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 6));
  for (let i = 0; i <= steps; i++) {
    const x = from.x + ((to.x - from.x) * i) / steps;
    const y = from.y + ((to.y - from.y) * i) / steps;
    if (x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height) return true;
  }
  return false;
}

/** The part of the way between two marks that is outside both. */
export function edge(from: Point, to: Point, fromRadius: number, toRadius: number): { readonly from: Point; readonly to: Point } {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  const at = (d: number): Point => ({ x: from.x + (dx / length) * d, y: from.y + (dy / length) * d });
  return { from: at(Math.min(fromRadius, length / 2)), to: at(Math.max(length - toRadius, length / 2)) };
}

/**
 * A point on the way from one to the other, `progress` in 0–1. Each direction keeps to its right, so that messages
 * that meet do not cover one another; `lane` is that distance in px.
 */
export function along(from: Point, to: Point, progress: number, lane = 0): Point {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  return { x: from.x + dx * progress - (dy / length) * lane, y: from.y + dy * progress + (dx / length) * lane };
}

/** Whether two line segments cross. */
export function crosses(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point): number => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  return side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
}

export function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The rectangles that servers and their texts take: labels keep away from them. */
export function occupied(layout: StageLayout): readonly Rect[] {
  const { radius } = layout;
  return layout.servers.flatMap((place) => [
    { x: place.x - radius, y: place.y - radius, width: 2 * radius, height: 2 * radius },
    textBox(place, layout),
  ]);
}

/** Where a server's text block stands. */
export function textBox(place: ServerPlace, { radius, scale, text }: StageLayout): Rect {
  const width = TEXT_WIDTH[text] * scale;
  if (text === 'word') return { x: place.x - width / 2, y: place.y + radius, width, height: 20 * scale };
  const height = TEXT_HEIGHT * scale;
  const gap = TEXT_GAP * scale;
  switch (place.side) {
    case 'left':
      return { x: place.x - radius - gap - width, y: place.y - height / 2, width, height };
    case 'right':
      return { x: place.x + radius + gap, y: place.y - height / 2, width, height };
    case 'corner':
      return { x: place.x + radius + gap, y: place.y - height, width, height };
    case 'above':
      return { x: place.x - width / 2, y: place.y - radius - 4 * scale - height, width, height };
    case 'below':
      return { x: place.x - width / 2, y: place.y + radius + 4 * scale, width, height };
  }
}

export interface LabelWish {
  readonly id: number;
  /** Where the glyph is. */
  readonly at: Point;
  /** Half the glyph's size. */
  readonly half: { readonly x: number; readonly y: number };
  /** Size of the text in px. */
  readonly width: number;
  readonly height: number;
  /** The message's direction, to place the text beside its way. */
  readonly towards: Point;
}

/**
 * Chooses where texts beside moving glyphs stand, so that none covers another text, glyph or server. First come, first
 * served; a text without room is left out (the glyph stays, and tells all on hover and focus).
 */
export function placeLabels(
  wishes: readonly LabelWish[],
  taken: readonly Rect[],
  bounds: { readonly width: number; readonly height: number },
): ReadonlyMap<number, Point> {
  const boxes: Rect[] = [...taken];
  for (const { at, half } of wishes) boxes.push({ x: at.x - half.x, y: at.y - half.y, width: 2 * half.x, height: 2 * half.y });
  const chosen = new Map<number, Point>();
  for (const wish of wishes) {
    const spot = candidates(wish).find(
      (box) =>
        box.x >= 0 &&
        box.y >= 0 &&
        box.x + box.width <= bounds.width &&
        box.y + box.height <= bounds.height &&
        !boxes.some((other) => overlaps(box, other)),
    );
    if (spot === undefined) continue;
    boxes.push(spot);
    chosen.set(wish.id, { x: spot.x, y: spot.y + spot.height / 2 });
  }
  return chosen;
}

/** Beside the glyph: right or left first when the way is steep, above or below first when it is flat. */
function candidates({ at, half, width, height, towards }: LabelWish): readonly Rect[] {
  const gap = 3;
  const right = { x: at.x + half.x + gap, y: at.y - height / 2, width, height };
  const left = { x: at.x - half.x - gap - width, y: at.y - height / 2, width, height };
  const above = { x: at.x - width / 2, y: at.y - half.y - gap - height, width, height };
  const below = { x: at.x - width / 2, y: at.y + half.y + gap, width, height };
  const steep = Math.abs(towards.y - at.y) > Math.abs(towards.x - at.x);
  return steep ? [right, left, above, below] : [above, below, right, left];
}
