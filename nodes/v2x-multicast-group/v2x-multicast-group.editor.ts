import type { EditorNodeProperties } from 'node-red';
import { interfaces } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { isReference, labelsOf } from '../editor/texts';
import { showUsers } from '../editor/used-by';
import { check, number } from '../editor/validate';

interface Properties extends EditorNodeProperties {
  group: string;
  port: string | number;
  interfaces: string;
  hops: string | number;
  loopback: boolean;
}

/** An IPv4 or IPv6 multicast address; the runtime looks closer. */
const isMulticast = (address: string) =>
  /^(22[4-9]|23\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(address) ||
  /^ff[\da-f]{2}:[\da-f:.]+$/i.test(address);

const label = labelsOf('v2x-multicast-group');

RED.nodes.registerType<Properties>('v2x-multicast-group', {
  category: 'config',
  defaults: {
    name: { value: '' },
    group: {
      value: '239.255.42.99',
      required: true,
      label: label('group'),
      validate: check((value, node) =>
        isMulticast(value) ? undefined : node._('v2x-multicast-group.invalid.group'),
      ),
    },
    port: { value: 37020, label: label('port'), validate: number(1, 65_535, { whole: true }) },
    interfaces: {
      value: 'lo',
      label: label('interfaces'),
      validate: check((value, node) =>
        /^[\w.:%-]+(\s*,\s*[\w.:%-]+)*$/.test(value)
          ? undefined
          : node._('v2x-multicast-group.invalid.interfaces'),
      ),
    },
    hops: { value: 1, label: label('hops'), validate: number(0, 255, { whole: true }) },
    loopback: { value: true },
  },
  label() {
    return (
      this.name || [this.group, this.port].filter((part) => !isReference(String(part))).join(':') || this.type
    );
  },
  oneditprepare() {
    settingInput(this, '#node-config-input-group', { plain: 'text' });
    settingInput(this, '#node-config-input-port', { plain: 'number' });
    settingInput(this, '#node-config-input-interfaces', { plain: 'text', offer: interfaces });
    showUsers(this);
  },
});
