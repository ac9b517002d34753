import { filter } from "rxjs";
import type { Messages } from "../../../robot/ros1/messages.ts";
import type { Wire } from "../../../robot/wire.ts";
import type { Ailment } from "./robotJob.ts";

/** ms that a late word waits; m that a thing is said to be away from where it is. */
const LATE = 500;
const JUMP = 0.3;

/** A node of a robot whose topics can fail one by one, where they leave it and where they reach it. */
export interface Ailing<N> {
  readonly node: N;
  ails(topic: string, how: Ailment): void;
  deaf(topic: string): void;
  well(): void;
}

export function ailing<N extends Pick<Wire, "hear" | "speak">>(node: N): Ailing<N> {
  const ailments = new Map<string, Ailment>();
  const deaf = new Set<string>();
  const talk: Pick<Wire, "hear" | "speak"> = {
    hear(topic, type) {
      const heard = node.hear(topic, type);
      return { ...heard, message$: heard.message$.pipe(filter(() => !deaf.has(topic))) };
    },
    async speak(topic, type, latching) {
      const spoken = await node.speak(topic, type, latching);
      return {
        ...spoken,
        publish(message) {
          const how = ailments.get(topic);
          if (how === undefined) return spoken.publish(message);
          if (how === "late") setTimeout(() => spoken.publish(message), LATE);
          if (how === "jumped")
            return spoken.publish(moved(message as Messages["geometry_msgs/PoseArray"]) as unknown as typeof message);
          return 0;
        },
      };
    },
  };
  return {
    ails: (topic, how) => void ailments.set(topic, how),
    deaf: (topic) => void deaf.add(topic),
    well() {
      ailments.clear();
      deaf.clear();
    },
    node: { ...node, ...talk },
  };
}

const moved = ({ header, poses }: Messages["geometry_msgs/PoseArray"]) => ({
  header,
  poses: poses.map(({ position, orientation }) => ({ position: { ...position, y: position.y + JUMP }, orientation })),
});
