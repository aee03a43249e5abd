import { join } from 'node:path';
import type { JoinPlan } from '../../../nodes/lib/clip/join/options';
import { clipChapters } from '../../../nodes/lib/clip/mp4/chapters';
import type { ClipPlan } from '../../../nodes/lib/clip/plan/plan';

/** How a clip is joined of which everything can be copied. */
export function joinPlanOf(plan: ClipPlan, directory: string): JoinPlan {
  const parts = plan.parts.map(({ segment: { name }, inpoint, outpoint, shift }, i) => {
    return { name, path: join(directory, name), inpoint, outpoint, shift, entry: i === 0 };
  });
  return {
    picture: parts,
    sound: parts,
    model: parts[0].path,
    settingsDiffer: false,
    chapters: clipChapters(plan.t0Offset, plan.duration),
    began: plan.achieved.from,
  };
}
