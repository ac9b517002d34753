import { createRequire } from "node:module";
import path from "node:path";
import { ReplaySubject } from "rxjs";
import type { Observable } from "rxjs";
import { OnarmError } from "../src/domain/errors.ts";
import type { Rcl, RclContext, RclEndpoint } from "./ros2/client.ts";
import type { Messages2, MessageType2 } from "./ros2/messages.ts";
import { nativePart } from "./ros2/native.ts";
import { missingRos2 } from "./ros2/sourced.ts";
import { guarded, heard, spoken } from "./ros2/topics.ts";
import type { How } from "./ros2/topics.ts";
import type { Heard, Spoken } from "./wire.ts";

/** ms that the client's own thread waits for news: as long as that, this thread may stand still when a topic is made on a node that spins. */
export const SPIN = 10;

export interface Ros2Options {
  /** Of this node; its process id and a number are added, for a graph with two nodes of one name answers for either. */
  readonly name: string;
  /** Default $ROS_DOMAIN_ID, else 0. */
  readonly domain?: number;
}

/** One node on a ROS 2 graph, on this process's main thread: the client library works on no other. */
export interface Ros2 {
  readonly name: string;
  readonly domain: number;
  /** What is wrong with what comes, in sentences for people; each said once. */
  readonly fault$: Observable<string>;
  /** The same for every call with one topic. Whoever publishes measurements must be heard within half a second, or counts as gone. */
  hear<T extends MessageType2>(topic: string, type: T, how?: How): Heard<Messages2[T]>;
  /** The same for every call with one topic. `latching`: who comes late is told the last message. */
  speak<T extends MessageType2>(topic: string, type: T, latching?: boolean): Promise<Spoken<Messages2[T]>>;
  /** Whoever is said to publish a topic, with its type; a process that was killed stays for ten seconds. */
  publishers(topic: string): readonly { readonly node: string; readonly type: string }[];
  /** Blocks this thread for some 200 ms: the arm must rest. */
  close(): Promise<void>;
}

const install = "install it apart, in a terminal where a ROS 2 is sourced: npm install --no-save rclnodejs@2.2.0";

/** Where the client is looked for: beside onarm, then in the folder that ONARM_RCLNODEJS names. */
const places = (): readonly string[] =>
  [
    import.meta.url,
    process.env["ONARM_RCLNODEJS"] && path.join(path.resolve(process.env["ONARM_RCLNODEJS"]), "package.json"),
  ].filter((place) => place !== undefined && place !== "") as string[];

function resolved(): { readonly require: NodeJS.Require; readonly root: string } {
  for (const place of places()) {
    const require = createRequire(place);
    try {
      return { require, root: path.dirname(require.resolve("rclnodejs/package.json")) };
    } catch {
      continue;
    }
  }
  throw new OnarmError(
    "config.invalid",
    `a ROS 2 is sourced (${process.env["ROS_DISTRO"]}), but rclnodejs is not installed; ${install}, or name the folder that has it in ONARM_RCLNODEJS`,
  );
}

let loaded: Rcl | undefined;

/**
 * The client library, once. It is loaded only when its native part has been: on failure it would delete that part and compile it anew, for minutes,
 * on this program's output.
 */
export function loadRcl(): Rcl {
  if (loaded) return loaded;
  const why = missingRos2(process.env);
  if (why !== undefined) throw new OnarmError("config.invalid", why);
  const { require, root } = resolved();
  const distro = process.env["ROS_DISTRO"]!;
  const native = nativePart(root, distro);
  try {
    if (native === undefined) throw new Error("it has no native part for it, and none was compiled");
    process.dlopen({ exports: {} }, native);
    loaded = require("rclnodejs") as Rcl;
  } catch (error) {
    const what = (error as Error).message.split("\n")[0];
    throw new OnarmError(
      "config.invalid",
      `rclnodejs does not fit the ROS 2 sourced here (${distro}): ${what}; ${install}`,
      {},
      error,
    );
  }
  return loaded;
}

/** A context of one's own on a domain. Rejects with "config.invalid". */
export async function joinDomain(domain: number | undefined): Promise<{ readonly rcl: Rcl; readonly context: RclContext }> {
  const rcl = loadRcl();
  const context = new rcl.Context(domain === undefined ? undefined : BigInt(domain));
  await rcl.init(context, []).catch((error: Error) => {
    const what = error.message.split("\n")[0];
    throw new OnarmError(
      "config.invalid",
      `ROS 2 cannot be joined: ${what}; look at ROS_DOMAIN_ID and RMW_IMPLEMENTATION`,
      {},
      error,
    );
  });
  // Ctrl-C is for control to see: it brings the arm to rest first.
  rcl.removeSignalHandlers();
  return { rcl, context };
}

let opened = 0;

/**
 * Joins the graph of a ROS 2 domain. What is heard and spoken in the same turn of the event loop costs nothing; making a topic later holds this
 * thread for some milliseconds. Rejects with "config.invalid" where no ROS 2 is sourced, or its client is not installed.
 */
export async function openRos2(options: Ros2Options): Promise<Ros2> {
  const { rcl, context } = await joinDomain(options.domain);
  const name = `${options.name}_${process.pid}_${++opened}`;
  const quiet = { startParameterServices: false, startTypeDescriptionService: false, enableRosout: false };
  const node = new rcl.Node(name, "", context, quiet);
  const fault$ = new ReplaySubject<string>(8);
  const said = new Set<string>();
  const fault = (text: string) => {
    if (said.has(text)) return;
    said.add(text);
    fault$.next(text);
  };
  const listening = new Map<string, ReturnType<typeof heard>>();
  const speaking = new Map<string, ReturnType<typeof spoken>>();
  let open = true;
  const joined = { rcl, node, fault, open: () => open };
  setImmediate(() => void (open && node.spin(SPIN)));

  /** A type that the ROS 2 sourced here has no package for is the lab's to build. */
  const made = <T>(type: MessageType2, make: () => T): T => {
    try {
      return make();
    } catch (error) {
      const [family] = type.split("/");
      const remedy = family?.startsWith("intera")
        ? "build robot/interfaces with colcon, source it, and have rclnodejs generate its messages (docs/ros2.md)"
        : `install ros-${process.env["ROS_DISTRO"]}-${family?.replaceAll("_", "-")}, and have rclnodejs generate its messages: npx generate-ros-messages`;
      throw new OnarmError("config.invalid", `${type} cannot be used on ROS 2 here: ${remedy}`, { type }, error);
    }
  };
  const endpoint = ({ node_namespace: space, node_name: who, topic_type: type }: RclEndpoint) => ({
    node: `${space}/${who}`.replace("//", "/"),
    type,
  });
  return {
    name: `/${name}`,
    domain: Number(context.domainId),
    fault$: fault$.asObservable(),
    hear<T extends MessageType2>(topic: string, type: T, how: How = "stream") {
      const had = listening.get(topic);
      if (had) return had as unknown as Heard<Messages2[T]>;
      const it = made(type, () => heard(joined, topic, type, how));
      listening.set(topic, it as unknown as ReturnType<typeof heard>);
      return it;
    },
    async speak<T extends MessageType2>(topic: string, type: T, latching = false) {
      const had = speaking.get(topic);
      if (had) return had as unknown as Spoken<Messages2[T]>;
      const it = made(type, () => spoken(joined, topic, type, latching ? "latched" : "stream"));
      speaking.set(topic, it as unknown as ReturnType<typeof spoken>);
      return it;
    },
    publishers: (topic) => node.getPublishersInfoByTopic(topic).map(endpoint),
    async close() {
      if (!open) return;
      open = false;
      for (const each of listening.values()) each.close();
      fault$.complete();
      guarded<void>(
        () => {},
        "",
        () => context.shutdown(),
      )();
    },
  };
}
