import type { ArmDescription, Joint } from "../domain/arm.ts";
import { OnarmError } from "../domain/errors.ts";
import { compose, fromPose, identity, turn } from "./transform.ts";
import type { Transform } from "./transform.ts";

/** Every joint of a description, parents first; `command` is the joint's place in a JointCommand, or -1. */
export interface Tree {
  readonly base: string;
  readonly commanded: number;
  readonly steps: readonly { readonly joint: Joint; readonly origin: Transform; readonly command: number }[];
}

/** Throws "config.invalid" for joints that hang on nothing (or on each other). */
export function tree(description: ArmDescription): Tree {
  const placed = new Set([description.base]);
  const steps: Tree["steps"][number][] = [];
  let waiting: readonly Joint[] = description.joints;
  while (waiting.length > 0) {
    const ready = waiting.filter((joint) => placed.has(joint.parent));
    if (ready.length === 0)
      throw new OnarmError(
        "config.invalid",
        `${description.name}: ${waiting[0]!.name} hangs on ${waiting[0]!.parent}, which nothing carries`,
      );
    for (const joint of ready) {
      placed.add(joint.child);
      steps.push({ joint, origin: fromPose(joint.origin), command: description.commanded.indexOf(joint.name) });
    }
    waiting = waiting.filter((joint) => !ready.includes(joint));
  }
  return { base: description.base, commanded: description.commanded.length, steps };
}

/**
 * The frame of every link in base. `q`: commanded joints in order, rad or m; `others`: joints that take no command, by name
 * (head, fingers); one that is not named stands at zero. The map is the caller's.
 */
export function linkTransforms(
  { base, steps }: Tree,
  q: ArrayLike<number>,
  others: Readonly<Record<string, number>> = {},
): Map<string, Transform> {
  const frames = new Map<string, Transform>([[base, identity]]);
  for (const { joint, origin, command } of steps) {
    const rest = compose(frames.get(joint.parent)!, origin);
    const value = command >= 0 ? q[command]! : (others[joint.name] ?? 0);
    frames.set(joint.child, joint.kind === "fixed" ? rest : compose(rest, moved(joint, value)));
  }
  return frames;
}

const moved = ({ kind, axis: [x, y, z] }: Joint, value: number): Transform => {
  const norm = Math.hypot(x, y, z);
  return kind === "prismatic"
    ? { p: [(x / norm) * value, (y / norm) * value, (z / norm) * value], R: identity.R }
    : turn([x / norm, y / norm, z / norm], value);
};
