import { editor, type FlowNode } from './texts';
import type { Checked } from './validate';

/** Shows at the end of a config node's dialog which nodes use it. */
export function showUsers(node: Checked): void {
  const users = (node as Checked & { users?: FlowNode[] }).users ?? [];
  const names = users.map((user) => editor().utils.getNodeLabel(user, user.type));
  const row = $('<div class="form-row v2x-users" style="margin-top: 12px">');
  $('<label>')
    .text(` ${node._('v2x.usedBy')}`)
    .prepend('<i class="fa fa-user"></i>')
    .appendTo(row);
  $('<span>')
    .text(names.length > 0 ? names.join(', ') : node._('v2x.unused'))
    .appendTo(row);
  row.appendTo('#node-config-dialog-edit-form');
}
