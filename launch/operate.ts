import { sawyer } from "../robot/description/sawyer.ts";
import type { Controller } from "../src/control/controller.ts";
import type { Intent } from "../src/domain/control.ts";
import { OnarmError } from "../src/domain/errors.ts";
import type { OperatorCommand } from "../src/operator/protocol.ts";

/** rad/s per rad: how fast a posture is approached, so that a joint's speed can be asked for as a posture ahead of it. */
const APPROACH = 3;

/**
 * What each of the operator's commands does to the arm. Out of turn it throws or rejects with "mode.refused". `reset`: instead of the
 * controller's own, where something else has a say in it.
 */
export function operate(
  controller: Controller,
  reset: () => Promise<void> = controller.reset,
): (command: OperatorCommand) => unknown {
  const must = (done: boolean, act: string) => {
    if (!done) throw new OnarmError("mode.refused", `${act} is refused while the arm is ${controller.mode().is}`);
  };
  const byHand = (intent: Intent) => {
    if (controller.mode().is !== "manual") controller.startManual();
    controller.setIntent(intent);
  };
  return (command) => {
    switch (command.kind) {
      case "stop":
        return controller.stop("the operator's stop");
      case "hold":
        return must(controller.event({ on: "hold", cause: "the operator's hold" }), "hold");
      case "resume":
        return must(controller.event({ on: "resume" }), "resume");
      case "reset":
        return reset();
      case "enable":
        return controller.enable();
      case "start":
        return controller.start();
      case "take-over":
        return must(controller.event({ on: "finish" }), "taking over");
      case "jog":
        return byHand({ kind: "twist", linear: command.linear });
      case "jog-joint": {
        const q = controller.state()?.position;
        if (!q || !(command.joint < q.length)) throw new OnarmError("usage.invalid", `this arm has no joint ${command.joint}`);
        return byHand({ kind: "posture", q: q.map((x, k) => (k === command.joint ? x + command.speed / APPROACH : x)) });
      }
      case "recover":
        if (controller.outside() !== undefined) return byHand({ kind: "posture", q: sawyer.poses.neutral! });
        // Inside again: who still holds the button moves nothing further.
        must(controller.mode().is === "manual", "leading back an arm that is inside its limits");
        return controller.event({ on: "finish" });
    }
  };
}
