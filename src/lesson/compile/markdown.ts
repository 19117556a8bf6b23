/** From Markdown to the few kinds of text a lesson has. Anything else (HTML, links, images, tables) is refused, with its line. */
import { toString as plainText } from 'mdast-util-to-string';
import type { Sid } from '../../base/ids.ts';
import { ClaimError, parseAsk } from '../../trace/claim/parse.ts';
import type { Block, Inline } from '../lesson.ts';
import { LessonError } from './lessonError.ts';
import type { ListItem, Node, Paragraph, PhrasingContent, RootContent } from './tree.ts';

/** Where in which file something is read, for messages. */
export interface Place {
  readonly file: string;
  readonly key: string;
  readonly sids: readonly Sid[];
}

export function fail(place: Place, node: Node | null, expected: string): never {
  throw new LessonError(place.file, node?.position?.start.line ?? null, place.key, expected);
}

export function blocksOf(nodes: readonly RootContent[], place: Place): readonly Block[] {
  return nodes.map((node): Block => {
    if (node.type === 'paragraph') return { block: 'paragraph', inlines: inlinesOf(node.children, place) };
    if (node.type === 'list')
      return { block: 'list', ordered: node.ordered === true, items: node.children.map((item) => itemOf(item, place)) };
    return fail(place, node, `expected a paragraph or a list, got ${node.type}`);
  });
}

function itemOf(item: ListItem, place: Place): readonly Inline[] {
  const [first, ...rest] = item.children;
  if (first?.type !== 'paragraph' || rest.length > 0) fail(place, item, 'expected one paragraph in each entry of a list');
  return inlinesOf(first.children, place);
}

export function paragraphOf(node: RootContent | undefined, near: Node, place: Place, what: string): Paragraph {
  if (node?.type !== 'paragraph') fail(place, node ?? near, `expected ${what}`);
  return node;
}

export function inlinesOf(nodes: readonly PhrasingContent[], place: Place): readonly Inline[] {
  return nodes.flatMap((node): readonly Inline[] => {
    switch (node.type) {
      case 'text':
        return withQuotes(node.value, node, place);
      case 'inlineCode':
        return [{ text: node.value, mark: 'code' }];
      case 'strong':
        return [{ text: plainText(node), mark: 'strong' }];
      case 'emphasis':
        return [{ text: plainText(node), mark: 'em' }];
      default:
        return fail(place, node, `expected text, *emphasis*, **strong** or \`code\`, got ${node.type}`);
    }
  });
}

/** `{{lastZxid(2)}}` quotes a fact. Lines of a paragraph are joined; between Chinese characters without a space. */
function withQuotes(value: string, node: Node, place: Place): readonly Inline[] {
  const text = value.replace(/(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])/gu, '').replaceAll('\n', ' ');
  return text
    .split(/(\{\{[^{}]*\}\})/)
    .filter((part) => part !== '')
    .map((part): Inline => {
      if (!part.startsWith('{{')) return { text: part, mark: 'plain' };
      return { quote: asLesson(place, node, () => parseAsk(part.slice(2, -2).trim(), place.sids)) };
    });
}

/** Errors of the claim language become errors of the lesson, at the node. */
export function asLesson<T>(place: Place, node: Node | null, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ClaimError)) throw error;
    return fail(place, node, error.message);
  }
}
