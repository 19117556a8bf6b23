/** The Markdown reader and the kinds of nodes it gives. */
import remarkDirective from 'remark-directive';
import remarkParse from 'remark-parse';
import { unified } from 'unified';

const reader = unified().use(remarkParse).use(remarkDirective).freeze();

export type Root = ReturnType<typeof reader.parse>;
export type RootContent = Root['children'][number];
export type Heading = Extract<RootContent, { type: 'heading' }>;
export type Code = Extract<RootContent, { type: 'code' }>;
export type List = Extract<RootContent, { type: 'list' }>;
export type ListItem = List['children'][number];
export type Paragraph = Extract<RootContent, { type: 'paragraph' }>;
export type PhrasingContent = Paragraph['children'][number];
export type ContainerDirective = Extract<RootContent, { type: 'containerDirective' }>;

/** Something that stands at a line of the file. */
export interface Node {
  readonly position?: { readonly start: { readonly line: number } } | undefined;
}

export function parseMarkdown(text: string): Root {
  return reader.parse(text);
}
