import type { EditorRED } from 'node-red';

declare global {
  /** The Node-RED editor, a global of the page that loads the nodes' html. */
  const RED: EditorRED;
}
