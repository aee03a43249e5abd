import type { AudioPolicy, SourceKind } from '../lib/camera/source';
import { choice, type ChoiceSetting } from '../lib/node-red/settings';

export const SETTINGS = {
  /** Kind of source; `auto` detects it from the address. */
  kind: choice('auto', 'rtsp', 'v4l2', 'file', 'synthetic') satisfies ChoiceSetting<SourceKind | 'auto'>,
  audio: choice('aac', 'copy', 'none') satisfies ChoiceSetting<AudioPolicy>,
};
