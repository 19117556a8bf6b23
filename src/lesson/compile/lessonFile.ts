/**
 * Reads one `lesson.<language>.md`: front matter, then steps. A step is a heading `## id: Title` and text; an experiment adds
 * `:::predict`, `:::task`, a `do` block, a `check` block and `:::then`, in this order. `lessons/README.md` shows one.
 */
import { toString as plainText } from 'mdast-util-to-string';
import * as v from 'valibot';
import type { Sid } from '../../base/ids.ts';
import { parseCommand } from '../../ensemble/commandSchema.ts';
import { ScenarioError } from '../../ensemble/scenarioError.ts';
import { parseClaim } from '../../trace/claim/parse.ts';
import type { Act, Choice, Experiment, Step, StepText } from '../lesson.ts';
import { LessonError } from './lessonError.ts';
import { asLesson, blocksOf, fail, inlinesOf, paragraphOf, type Place } from './markdown.ts';
import {
  parseMarkdown,
  type Code,
  type ContainerDirective,
  type Heading,
  type List,
  type ListItem,
  type Root,
  type RootContent,
} from './tree.ts';

export interface LessonFile {
  readonly file: string;
  readonly title: string;
  readonly summary: string;
  readonly minutes: number;
  readonly terms: readonly string[];
  readonly source: string;
  readonly steps: readonly ReadStep[];
}

/** A step, and where it was read. */
export interface ReadStep {
  readonly step: Step;
  readonly text: StepText;
  readonly line: number;
}

const LONGEST = 200_000;

/**
 * @param sids the servers of the lesson's scenario.
 * @throws LessonError
 */
export function readLessonFile(source: string, file: string, sids: readonly Sid[]): LessonFile {
  if (source.length > LONGEST) throw new LessonError(file, null, '', `expected at most ${LONGEST} characters, got ${source.length}`);
  const { front, body } = splitFront(source.replaceAll('\r\n', '\n'), file);
  const root = parseMarkdown(body);
  const steps = sections(root, file).map((section) => readStep(section, file, sids));
  if (steps.length === 0)
    throw new LessonError(file, null, 'steps', 'expected at least one step, a heading such as "## first-vote: The first vote"');
  const seen = new Map<string, number>();
  for (const { step, line } of steps) {
    if (seen.has(step.id))
      throw new LessonError(file, line, `steps.${step.id}`, `the id "${step.id}" is taken by the step at line ${seen.get(step.id) ?? 0}`);
    seen.set(step.id, line);
  }
  return { file, ...front, steps };
}

// ---------------------------------------------------------------------------------------------------------------------
// Front matter.

const line = (most: number) => v.pipe(v.string('a text'), v.minLength(1, 'a text'), v.maxLength(most, `at most ${most} characters`));
const frontSchema = v.strictObject({
  title: line(100),
  summary: line(400),
  minutes: v.pipe(v.string('minutes'), v.regex(/^[1-9]\d?$/, 'a whole number of minutes from 1 to 99'), v.transform(Number)),
  terms: v.pipe(
    line(400),
    v.transform((text) => text.split(',').map((term) => term.trim())),
    v.everyItem((term) => term !== '', 'terms, separated by commas'),
  ),
  source: line(400),
});

/** The body keeps its line numbers: the front matter becomes empty lines. */
function splitFront(source: string, file: string): { readonly front: v.InferOutput<typeof frontSchema>; readonly body: string } {
  const match = /^---\n([\s\S]*?)\n---\n/.exec(source);
  if (match === null)
    throw new LessonError(file, 1, '', 'expected front matter: a line "---", then title, summary, minutes, terms and source, then "---"');
  const lines = (match[1] ?? '').split('\n');
  const fields: Record<string, string> = {};
  lines.forEach((text, i) => {
    const field = /^([a-z]+): *(.*)$/.exec(text);
    if (field === null) throw new LessonError(file, i + 2, '', `expected "key: value" in the front matter, got "${text.slice(0, 60)}"`);
    fields[field[1] ?? ''] = field[2] ?? '';
  });
  const checked = v.safeParse(frontSchema, fields);
  if (!checked.success) {
    const issue = checked.issues[0];
    const key = v.getDotPath(issue) ?? '';
    const at = lines.findIndex((text) => text.startsWith(`${key}:`));
    const expected =
      issue.received === 'undefined' || at < 0
        ? 'this key is missing'
        : issue.expected === 'never'
          ? 'unknown key; expected title, summary, minutes, terms, source'
          : `expected ${issue.message}`;
    throw new LessonError(file, at < 0 ? 1 : at + 2, key, expected);
  }
  const length = match[0].split('\n').length - 1;
  return { front: checked.output, body: '\n'.repeat(length) + source.slice(match[0].length) };
}

// ---------------------------------------------------------------------------------------------------------------------
// Steps.

interface Section {
  readonly heading: Heading;
  readonly nodes: readonly RootContent[];
}

function sections(root: Root, file: string): readonly Section[] {
  const found: { heading: Heading; nodes: RootContent[] }[] = [];
  for (const node of root.children) {
    if (node.type === 'heading' && node.depth === 2) found.push({ heading: node, nodes: [] });
    else if (found.length === 0)
      throw new LessonError(
        file,
        node.position?.start.line ?? null,
        '',
        'expected a step first, a heading such as "## first-vote: The first vote"',
      );
    else found.at(-1)?.nodes.push(node);
  }
  return found;
}

/** The parts of an experiment, in their order. */
const PARTS = ['predict', 'task', 'do', 'check', 'then'] as const;
type Part = (typeof PARTS)[number];

function readStep({ heading, nodes }: Section, file: string, sids: readonly Sid[]): ReadStep {
  const at = heading.position?.start.line ?? 1;
  const named = /^([a-z0-9]+(?:-[a-z0-9]+)*): +(\S.*)$/.exec(plainText(heading));
  if (named === null)
    throw new LessonError(
      file,
      at,
      'steps',
      `expected a heading "## id: Title" with an id of small letters, digits and hyphens, got "${plainText(heading)}"`,
    );
  const id = named[1] ?? '';
  const place: Place = { file, key: `steps.${id}`, sids };
  const first = nodes.findIndex((node) => partOf(node) !== null);
  const intro = first < 0 ? nodes : nodes.slice(0, first);
  if (intro.length === 0) fail(place, heading, 'expected text after the heading');
  const text = { title: named[2] ?? '', intro: blocksOf(intro, place) };
  if (first < 0) return { line: at, step: { id, experiment: null }, text: { ...text, predict: null, task: [], then: [] } };
  const { experiment, ...experimentText } = readExperiment(inOrder(nodes.slice(first), heading, place), place);
  return { line: at, step: { id, experiment }, text: { ...text, ...experimentText } };
}

function partOf(node: RootContent): Part | null {
  const name = node.type === 'containerDirective' ? node.name : node.type === 'code' ? (node.lang ?? '') : null;
  return PARTS.find((part) => part === name) ?? null;
}

type Parts = {
  readonly predict: ContainerDirective;
  readonly task: ContainerDirective;
  readonly do: Code;
  readonly check: Code;
  readonly then: ContainerDirective;
};

/** Each part once, in the order of `PARTS`, nothing between or after them. */
function inOrder(nodes: readonly RootContent[], heading: Heading, place: Place): Parts {
  PARTS.forEach((part, i) => {
    const node = nodes[i];
    const directive = part === 'do' || part === 'check' ? `a \`\`\`${part} block` : `:::${part}`;
    if (node === undefined)
      fail(keyed(place, part), heading, `this step has an experiment and needs ${directive}; the parts are ${PARTS.join(', ')}`);
    if (partOf(node) !== part || (node.type === 'code') !== (part === 'do' || part === 'check'))
      fail(keyed(place, part), node, `expected ${directive} here; the parts of an experiment come in this order: ${PARTS.join(', ')}`);
  });
  const extra = nodes[PARTS.length];
  if (extra !== undefined) fail(place, extra, 'expected the next step ("## id: Title") after :::then');
  return Object.fromEntries(PARTS.map((part, i) => [part, nodes[i]])) as unknown as Parts;
}

function keyed(place: Place, part: string): Place {
  return { ...place, key: `${place.key}.${part}` };
}

function readExperiment(parts: Parts, place: Place): { readonly experiment: Experiment } & Pick<StepText, 'predict' | 'task' | 'then'> {
  const { right, ...predict } = readPrediction(parts.predict, keyed(place, 'predict'));
  const checkPlace = keyed(place, 'check');
  return {
    predict,
    task: someBlocks(parts.task, keyed(place, 'task')),
    then: someBlocks(parts.then, keyed(place, 'then')),
    experiment: {
      right,
      acts: readActs(parts.do, keyed(place, 'do')),
      check: asLesson(checkPlace, parts.check, () => parseClaim(parts.check.value.replaceAll('\n', ' ').trim(), place.sids)),
    },
  };
}

function someBlocks(node: ContainerDirective, place: Place): StepText['intro'] {
  if (node.children.length === 0) fail(place, node, 'expected text');
  return blocksOf(node.children, place);
}

// ---------------------------------------------------------------------------------------------------------------------
// Predictions and acts.

function readPrediction(
  node: ContainerDirective,
  place: Place,
): { readonly question: StepText['intro']; readonly choices: readonly Choice[]; readonly right: number } {
  const list = node.children.at(-1);
  if (list?.type !== 'list' || node.children.length < 2)
    return fail(place, node, 'expected a question, then a list of choices such as "- [x] Server 3"');
  const choices = list.children.map((item) => readChoice(item, place));
  if (choices.length < 2 || choices.length > 5) fail(place, list, `expected 2 to 5 choices, got ${choices.length}`);
  const right = choices.flatMap(({ isRight }, i) => (isRight ? [i] : []));
  if (right.length !== 1) fail(place, secondRight(list, right), `expected exactly one right choice ("- [x]"), got ${right.length}`);
  return {
    question: blocksOf(node.children.slice(0, -1), place),
    choices: choices.map(({ text, answer }) => ({ text, answer })),
    right: right[0] ?? 0,
  };
}

function secondRight(list: List, right: readonly number[]): List | ListItem {
  return list.children[right[1] ?? -1] ?? list;
}

function readChoice(item: ListItem, place: Place): Choice & { readonly isRight: boolean } {
  const text = paragraphOf(item.children[0], item, place, 'a choice, such as "- [ ] Server 1"');
  const [first, ...others] = text.children;
  const box = first?.type === 'text' ? /^\[([ x])\] +/.exec(first.value) : null;
  if (first?.type !== 'text' || box === null) return fail(place, item, 'expected "- [ ]" for a wrong choice or "- [x]" for the right one');
  const answer = paragraphOf(item.children[1], item, place, 'a short answer text in a paragraph of its own under the choice');
  if (item.children.length > 2) fail(place, item, 'expected one paragraph of answer text under the choice');
  const rest = { ...first, value: first.value.slice(box[0].length) };
  return { isRight: box[1] === 'x', text: inlinesOf([rest, ...others], place), answer: inlinesOf(answer.children, place) };
}

/** One act a line: a command as JSON, `wait CLAIM` or `seek CLAIM`. */
function readActs(node: Code, place: Place): readonly Act[] {
  const lines = node.value
    .split('\n')
    .map((text, i) => ({ text: text.trim(), line: (node.position?.start.line ?? 0) + 1 + i }))
    .filter(({ text }) => text !== '');
  if (lines.length === 0)
    fail(place, node, 'expected at least one line: a command such as {"type":"kill","sid":3}, or "wait CLAIM", or "seek CLAIM"');
  return lines.map(({ text, line: at }): Act => {
    const near = { type: 'line', position: { start: { line: at, column: 1 }, end: { line: at, column: 1 } } };
    const verb = /^(wait|seek) +(.+)$/.exec(text);
    if (verb !== null) {
      const claim = asLesson(place, near, () => parseClaim(verb[2] ?? '', place.sids));
      return verb[1] === 'wait' ? { act: 'wait', until: claim } : { act: 'seek', to: claim };
    }
    try {
      return { act: 'command', command: parseCommand(JSON.parse(text), '', '', place.sids) };
    } catch (error) {
      const reason =
        error instanceof SyntaxError
          ? `expected a command as JSON, "wait CLAIM" or "seek CLAIM", got ${text.slice(0, 60)}`
          : error instanceof ScenarioError
            ? error.message.replace(/^:? */, '')
            : null;
      if (reason === null) throw error;
      return fail(place, near, reason);
    }
  });
}
