import { filter, firstValueFrom, interval, startWith, Subject, timeout } from "rxjs";
import type { Observable } from "rxjs";
import { OnarmError } from "../../src/domain/errors.ts";
import type { Messages, MessageType } from "../ros1/messages.ts";
import type { Heard, Spoken, Wire } from "../wire.ts";
import { references } from "./interaEcho.ts";

const limb = "/robot/limb/right";

/** What a Sawyer says, and what it is told: name and type of each topic used here (Intera 5.x). */
export const says = {
  jointStates: ["/robot/joint_states", "sensor_msgs/JointState"],
  state: ["/robot/state", "intera_core_msgs/RobotAssemblyState"],
  endpoint: [`${limb}/endpoint_state`, "intera_core_msgs/EndpointState"],
  collision: [`${limb}/collision_detection_state`, "intera_core_msgs/CollisionDetectionState"],
} as const;
export const isTold = {
  command: [`${limb}/joint_command`, "intera_core_msgs/JointCommand"],
  timeout: [`${limb}/joint_command_timeout`, "std_msgs/Float64"],
  speedRatio: [`${limb}/set_speed_ratio`, "std_msgs/Float64"],
  enable: ["/robot/set_super_enable", "std_msgs/Bool"],
  stop: ["/robot/set_super_stop", "std_msgs/Empty"],
  reset: ["/robot/set_super_reset", "std_msgs/Empty"],
} as const;
/** Settings, which a robot that comes late is told as well. */
const settings: ReadonlySet<string> = new Set(["timeout", "speedRatio"]);

type Table = Readonly<Record<string, readonly [string, MessageType]>>;
type HeardOf<T extends Table> = { readonly [K in keyof T]: Heard<Messages[T[K][1]]> };
type SpokenOf<T extends Table> = { readonly [K in keyof T]: Spoken<Messages[T[K][1]]> };

export interface InteraTopics extends HeardOf<typeof says>, SpokenOf<typeof isTold> {
  /** What its own loop follows; not every robot tells. */
  readonly references: Heard<Messages["sensor_msgs/JointState"]>;
  /** Commands as somebody took them. */
  readonly told$: Observable<Messages["intera_core_msgs/JointCommand"]>;
  /** Why nobody may listen to a topic, and what to do. */
  unheard(topic: string): string;
  /** Resolves when the robot is seen and can be commanded; `told`: it has told its state. Rejects with "link.lost" after `patience` ms, naming what is missing. */
  present(patience: number, told: () => boolean): Promise<void>;
}

/** Joins a wire to the robot's topics. Rejects with "link.lost". */
export async function interaTopics(wire: Wire): Promise<InteraTopics> {
  const faults: string[] = [];
  const complaints = wire.fault$.subscribe((text) => faults.push(text));
  const heard = Object.fromEntries(Object.entries(says).map(([key, [topic, type]]) => [key, wire.hear(topic, type)]));
  const spoken = await Promise.all(
    Object.entries(isTold).map(async ([key, [topic, type]]) => [key, await wire.speak(topic, type, settings.has(key))] as const),
  );
  const topics = { ...heard, ...Object.fromEntries(spoken) } as HeardOf<typeof says> & SpokenOf<typeof isTold>;
  const told$ = new Subject<Messages["intera_core_msgs/JointCommand"]>();
  const command: typeof topics.command = {
    ...topics.command,
    publish(message) {
      const taken = topics.command.publish(message);
      if (taken > 0) told$.next(message);
      return taken;
    },
  };
  const unheard = (topic: string) => `nobody at the robot listens to ${topic}; ${wire.deaf}`;
  const absent = (told: boolean) => {
    if (!topics.jointStates.linked())
      return `nobody publishes ${says.jointStates[0]} there; is it a Sawyer's, and has the robot started? look with: ${wire.look}`;
    if (!told) return `the robot does not tell its state on ${says.state[0]}; has it started?`;
    const deaf = [topics.command, topics.stop, topics.reset, topics.enable].find((it) => it.subscribers().length === 0);
    return deaf && unheard(deaf.topic);
  };
  return {
    ...topics,
    command,
    references: wire.hear(...references),
    told$: told$.asObservable(),
    unheard,
    async present(patience, told) {
      const seen$ = interval(20).pipe(
        startWith(0),
        filter(() => absent(told()) === undefined),
      );
      await firstValueFrom(seen$.pipe(timeout({ first: patience }))).catch((error: unknown) => {
        const why = [absent(told()) ?? "the robot is slow to answer; try again", ...faults].join("; ");
        throw new OnarmError("link.lost", `${wire.where} is there, but ${why}`, {}, error);
      });
      complaints.unsubscribe();
    },
  };
}
