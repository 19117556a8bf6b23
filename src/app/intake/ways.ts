/** The ways in that need no dialog: dropping on the page, pasting, Ctrl+O. Listens once the page has started. */
import type { Session } from '../engine/session.svelte.ts';
import { ui } from '../shell/ui.svelte.ts';
import type { Dropped } from './dropped.ts';
import './ways.css';

/** Set on the page's root while something is held over it. */
const HELD = 'data-dropping';
/** Set on the page's root once it takes files: what is dropped before that is lost. */
const TAKES = 'data-takes-files';

export function listen(session: Session): void {
  const root = document.documentElement;
  window.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return;
    event.preventDefault();
    root.setAttribute(HELD, '');
  });
  window.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) root.removeAttribute(HELD);
  });
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    root.removeAttribute(HELD);
    const dropped = event.dataTransfer === null ? [] : droppedIn(event.dataTransfer);
    if (dropped.length > 0) void session.openFiles(dropped);
  });
  window.addEventListener('paste', (event) => {
    if (event.clipboardData === null || takesText(event.target)) return;
    const pasted = pastedIn(event.clipboardData);
    if (pasted.length > 0) void session.openFiles(pasted);
  });
  window.addEventListener('keydown', (event) => {
    if (event.key !== 'o' || event.altKey || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    ui.dialog = 'open';
  });
  root.setAttribute(TAKES, '');
}

/** A field or a dialog has its own use for what is pasted. */
function takesText(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable], dialog') !== null;
}

/** What was dropped can be asked for only while it is being dropped. */
function droppedIn({ items }: DataTransfer): Dropped[] {
  return [...items].flatMap((item): Dropped[] => {
    const one = item.webkitGetAsEntry() ?? item.getAsFile();
    return one === null ? [] : [one];
  });
}

function pastedIn(data: DataTransfer): Dropped[] {
  if (data.files.length > 0) return [...data.files];
  const text = data.getData('text');
  return text.trim() === '' ? [] : [new File([text], 'pasted.log')];
}
