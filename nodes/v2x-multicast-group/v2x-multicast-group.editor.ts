import type { EditorNodeProperties } from 'node-red';
import { interfaces } from '../editor/machine';
import { settingInput } from '../editor/setting-input';
import { isReference, labelsOf } from '../editor/texts';
import { showUsers } from '../editor/used-by';
import { upgrade } from '../editor/upgrade';
import { allowed, check } from '../editor/validate';
import { SETTINGS } from './settings';

interface Properties extends EditorNodeProperties {
  version: number;
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
const version = upgrade('v2x-multicast-group');

RED.nodes.registerType<Properties>('v2x-multicast-group', {
  category: 'config',
  defaults: {
    name: { value: '' },
    version: { value: version },
    group: {
      value: SETTINGS.group.fallback,
      required: true,
      label: label('group'),
      validate: check((value, node) =>
        isMulticast(value) ? undefined : node._('v2x-multicast-group.invalid.group'),
      ),
    },
    port: { value: SETTINGS.port.fallback, label: label('port'), validate: allowed(SETTINGS.port) },
    interfaces: {
      value: SETTINGS.interfaces.fallback,
      label: label('interfaces'),
      validate: check((value, node) =>
        /^[\w.:%-]+(\s*,\s*[\w.:%-]+)*$/.test(value)
          ? undefined
          : node._('v2x-multicast-group.invalid.interfaces'),
      ),
    },
    hops: { value: SETTINGS.hops.fallback, label: label('hops'), validate: allowed(SETTINGS.hops) },
    loopback: { value: SETTINGS.loopback.fallback },
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
