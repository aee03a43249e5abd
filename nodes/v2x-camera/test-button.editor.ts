import { snapshot, type Refusal } from '../editor/machine';
import type { Checked } from '../editor/validate';

/** Offers to show what the camera in the dialog sees, or why it is not seen. */
export function offerTest(node: Checked): void {
  const row = $('.v2x-camera-test');
  const button = $('<button type="button" class="red-ui-button">')
    .text(` ${node._('v2x-camera.test.button')}`)
    .prepend('<i class="fa fa-camera"></i>')
    .appendTo($('<div style="margin-left: 104px">').appendTo(row));
  const answer = $('<div role="status" style="margin: 8px 0 0 104px">').appendTo(row);
  button.on('click', () => {
    button.prop('disabled', true);
    answer.text(node._('v2x-camera.test.asking'));
    void askCamera(node)
      .then((shown) => answer.empty().append(shown))
      .finally(() => button.prop('disabled', false));
  });
}

async function askCamera(node: Checked): Promise<JQuery> {
  const field = (name: string) => String($(`#node-config-input-${name}`).val() ?? '');
  try {
    const picture = await snapshot({
      id: node.id,
      kind: field('kind'),
      address: field('address'),
      detectionAddress: field('detectionAddress'),
      user: field('user'),
      password: field('password'),
    });
    return pictureOf(picture, node._('v2x-camera.test.picture'));
  } catch (error) {
    return $('<div class="form-tips">').text(explain(node, error as Refusal));
  }
}

function pictureOf(picture: Blob, alt: string): JQuery {
  const url = URL.createObjectURL(picture);
  return $('<img style="max-width: 100%; border-radius: 4px">')
    .attr({ src: url, alt })
    .on('load error', () => {
      URL.revokeObjectURL(url);
    });
}

/** In the reader's language where there is a text for the error. */
function explain(node: Checked, { code, details, message }: Refusal): string {
  const key = `v2x-camera.error.${code}`;
  const text = node._(key, { ...details, interpolation: { escapeValue: false } } as never);
  return text === key ? message : text;
}
