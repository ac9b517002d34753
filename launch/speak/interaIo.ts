import { Subscription } from "rxjs";
import { cuffState, gripperCommand, gripperState } from "../../robot/grippers/interaIo.ts";
import { timeOf } from "../../robot/ros1/messages.ts";
import type { Wire } from "../../robot/wire.ts";
import type { Twin } from "../../sim/twin.ts";
import { interaGripper } from "./interaGripper.ts";
import type { IoValue } from "./interaGripper.ts";

/** Periods from one telling to the next where nothing changes; a change is told at once. */
const AGAIN = 20;

const ready = { tag: "ready", id: "io/ready", detail: "" };
const signalOf = ([name, value]: readonly [string, IoValue]) => ({
  name,
  format: JSON.stringify({ type: typeof value === "boolean" ? "bool" : "float", role: "output" }),
  data: JSON.stringify([value]),
  status: ready,
});

/** The IO devices of a twin that speaks as a Sawyer: its cuff, and its electric gripper over the twin's fingers. Rejects with "link.lost". */
export async function speakInteraIo(twin: Twin, wire: Wire): Promise<Subscription> {
  const [cuff, gripper] = await Promise.all([
    wire.speak(cuffState, "intera_core_msgs/IODeviceStatus", true),
    wire.speak(gripperState, "intera_core_msgs/IODeviceStatus", true),
  ]);
  const device = interaGripper(twin.clock.period, twin.setFingers);
  /** Says what a device tells, when that changes and now and then. */
  const telling = (name: string, topic: typeof cuff) => {
    let [told, since] = ["", 0];
    return (signals: readonly (readonly [string, IoValue])[], commands: readonly { sec: number; nsec: number }[] = []) => {
      const text = JSON.stringify([signals, commands]);
      if (text === told && ++since < AGAIN) return;
      [told, since] = [text, 0];
      const time = timeOf(Date.now() / 1000);
      topic.publish({
        time,
        device: { name, status: ready },
        ports: [],
        signals: signals.map(signalOf),
        commands,
        responses: [],
      });
    };
  };
  const tellCuff = telling("cuff", cuff);
  const tellGripper = telling("right_gripper", gripper);
  let squeezed = false;
  const open = twin.arm.status$.subscribe({ next: (it) => (squeezed = it.cuff ?? false), error: () => {} });
  open.add(
    twin.message$.subscribe({
      next: ({ name, position }) => {
        const fingers = name.flatMap((joint, k) => (joint.endsWith("_finger_joint") ? [position[k]!] : []));
        device.step(fingers.reduce((sum, travel) => sum + travel, 0));
        tellCuff([
          ["right_cuff", squeezed],
          ["right_button_lower", false],
          ["right_button_upper", false],
        ]);
        tellGripper(
          device.signals(),
          device.commands().map(({ sec, nanosec }) => ({ sec, nsec: nanosec })),
        );
      },
      error: () => {},
    }),
  );
  open.add(
    wire
      .hear(gripperCommand, "intera_core_msgs/IOComponentCommand")
      .message$.subscribe(({ time: { sec, nsec }, op, args }) => device.obey({ time: { sec, nanosec: nsec }, op, args })),
  );
  return open;
}
