import type { EditorRED } from 'node-red';

declare global {
  /** The Node-RED editor, a global of the page that loads the nodes' html. */
  const RED: EditorRED;
}

declare module '@node-red/editor-client' {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- has to repeat the original's parameters
  interface NodePropertyDef<TVal, TInstProps extends NodeProperties = NodeProperties> {
    /** What messages of the editor call the property; since Node-RED 3. */
    label?: string;
  }

  interface NodeCredential {
    label?: string;
    validate?: (this: unknown, value: string) => boolean;
  }
}
