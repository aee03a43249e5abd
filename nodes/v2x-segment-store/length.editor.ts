import { diskOf, type Disk } from '../editor/machine';
import { editor } from '../editor/texts';
import type { Checked } from '../editor/validate';

/** What a camera is taken to send before anything of it is recorded. */
const ASSUMED_BYTES_PER_SECOND = 250_000;
/** The slider goes in equal ratios from 6 minutes to 30 days. */
const SHORTEST_HOURS = 0.1;
const LONGEST_HOURS = 720;
const STEPS = 200;

/** A slider for how long footage is kept, with the disk that it takes and whether it covers the clips of the flows. */
export function showLength(node: Checked): void {
  const row = $('.v2x-store-length').css('margin-left', '104px');
  const slider = $(`<input type="range" min="0" max="${STEPS}" style="width: 70%">`).appendTo(row);
  const words = $('<div role="status" style="margin-top: 4px">').appendTo(row);
  const hours = $('#node-config-input-retentionHours');
  const directory = $('#node-config-input-directory');
  let disk: Disk | undefined;
  const show = () => {
    words.empty().append(describe(node, disk).map((text) => $('<div>').text(text)));
  };
  const ask = () =>
    void diskOf(node.id, String(directory.val())).then((answer) => {
      disk = answer;
      show();
    });
  slider.attr('aria-label', node._('v2x-segment-store.label.retentionHours'));
  slider.val(stepOf(Number(hours.val())));
  slider.on('input', () => {
    hours.val(hoursOf(Number(slider.val()))).trigger('change');
  });
  hours.on('change keyup', () => {
    if (document.activeElement !== slider[0]) slider.val(stepOf(Number(hours.val())));
    show();
  });
  $('#node-config-input-segmentSeconds').on('change keyup', show);
  directory.on('change', ask);
  ask();
}

function describe(node: Checked, disk: Disk | undefined): string[] {
  const text = (key: string, values = {}) => node._(`v2x-segment-store.length.${key}`, values);
  const seconds = Number($('#node-config-input-retentionHours').val() || 1) * 3600;
  if (!(seconds >= 0)) return [];
  const rate = disk?.bytesPerSecond ?? ASSUMED_BYTES_PER_SECOND;
  const bytes = seconds * rate;
  const source = text(disk?.bytesPerSecond === undefined ? 'assumed' : 'measured');
  const takes = text('takes', { gigabytes: short(bytes / 1e9), megabits: short((rate * 8) / 1e6) });
  const lines = [seconds === 0 ? text('unlimited') : `${takes} ${source}`];
  if (disk) {
    const free = text('disk', { free: short(disk.freeBytes / 1e9), total: short(disk.totalBytes / 1e9) });
    const tooMuch = bytes > disk.freeBytes + (disk.usedBytes ?? 0);
    lines.push(tooMuch ? `⚠ ${free}: ${text('full')}` : free);
  }
  const clip = longestClip(node.id);
  if (clip > 0 && seconds > 0) {
    const needed = clip + 2 * Number($('#node-config-input-segmentSeconds').val() || 10);
    lines.push(
      seconds >= needed ? `✓ ${text('covers', { seconds: clip })}` : `⚠ ${text('short', { seconds: clip })}`,
    );
  }
  return lines;
}

/** Seconds of the longest clip that the flows cut from a store; what only the machine knows counts as the default. */
function longestClip(store: string): number {
  let longest = 0;
  editor().nodes.eachNode((node) => {
    if (node.type !== 'clip-maker' || node.store !== store) return;
    const seconds = (setting: unknown) => (setting === '' || isNaN(Number(setting)) ? 300 : Number(setting));
    longest = Math.max(longest, seconds(node.pre) + seconds(node.post));
  });
  return longest;
}

function hoursOf(step: number): number {
  const hours = SHORTEST_HOURS * (LONGEST_HOURS / SHORTEST_HOURS) ** (step / STEPS);
  return Number(hours.toPrecision(2));
}

function stepOf(hours: number): number {
  const ratio = Math.log(hours / SHORTEST_HOURS) / Math.log(LONGEST_HOURS / SHORTEST_HOURS);
  return Number.isFinite(ratio) ? Math.round(ratio * STEPS) : 0;
}

/** Two digits, or all of a whole number. */
function short(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
