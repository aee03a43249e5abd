import { findings, type Finding } from '../finding';
import { outputOf } from '../../../nodes/lib/process/output';

const { ok, warning, problem } = findings('clock');
const REMEDY = 'sudo apt install chrony, or: sudo timedatectl set-ntp true';

/** Vehicles refuse alerts from more than 5 s ahead, and an alert says when something happened. */
export async function checkClock(): Promise<Finding> {
  const [systemd, chrony] = await Promise.all([
    outputOf('timedatectl', 'show', '--property=NTPSynchronized', '--value'),
    outputOf('chronyc', '-n', 'tracking'),
  ]);
  return judgeClock(systemd, chrony);
}

/**
 * @param systemd what timedatectl prints: `yes` or `no` (the kernel's own word); undefined without systemd
 * @param chrony what `chronyc tracking` prints; undefined without chrony
 */
export function judgeClock(systemd: string | undefined, chrony: string | undefined): Finding {
  const offset = chrony && /^System time\s*:\s*([\d.]+) seconds (slow|fast)/m.exec(chrony);
  const leap = chrony && /^Leap status\s*:\s*(.*)$/m.exec(chrony)?.[1];
  if (leap && leap !== 'Not synchronised') {
    return ok(
      `synchronised by chrony${offset ? `, ${(Number(offset[1]) * 1000).toFixed(1)} ms ${offset[2]}` : ''}`,
    );
  }
  if (systemd?.trim() === 'yes') return ok('synchronised');
  if (leap || systemd?.trim() === 'no')
    return problem('not synchronised: vehicles may refuse the alerts', REMEDY);
  return warning('synchronisation unknown: neither systemd nor chrony reports it', REMEDY);
}
