// Makes docs/roadside-unit.png, the picture in README: the default flow, running, in the real editor.
// npm run screenshot
import { mkdir } from 'node:fs/promises';
import { Editor } from '../test/support/unit/editor';
import { fileIn, Unit } from '../test/support/unit/unit';

async function main(): Promise<void> {
  await mkdir('docs', { recursive: true });
  const unit = await Unit.start({ V2X_PRE: '5', V2X_POST: '5' });
  try {
    await fileIn(unit.directory('rec'), /^seg_\d+\.mp4$/);
    const editor = await Editor.open(unit.url);
    await unit.cli('emit', '--type', 'collision', '--road', 'Songdo-ro').exit();
    await fileIn(unit.directory('archive'), /^accident_\d+\.json$/);
    await editor.status('clip-maker', 'green');
    const size = await editor.fitWorkspace();
    await editor.page.screenshot({ path: 'docs/roadside-unit.png', clip: { x: 0, y: 0, ...size } });
    await editor.close();
  } finally {
    await unit.stop();
  }
}

void main();
