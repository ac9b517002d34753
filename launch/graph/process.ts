import process from "node:process";
import { timeOf } from "../../robot/ros1/messages.ts";
import { openFace } from "../../robot/ros2/face.ts";
import { isOnarmError } from "../../src/domain/errors.ts";
import { urdf } from "../foxglove/urdf.ts";
import { framesOf } from "./frames.ts";
import { deeds } from "./protocol.ts";
import type { Deed, FromGraph, GraphOptions, GraphState, ToGraph } from "./protocol.ts";
import { diagnosisOf, goalOf } from "./told.ts";

/** Entry of the graph's process: the arm as others on a ROS 2 graph see it. It ends when its parent lets go or is gone. */

/** ms in which others on the graph are discovered, before it is known who publishes what; s between two diagnoses; periods between two tf. */
const DISCOVERY = 1000;
const DIAGNOSE = 1;
const TF = 3;

const tell = (message: FromGraph) => void (process.connected && process.send!(message, () => {}));
async function show({ domain, rights, description, facts }: GraphOptions) {
  const said = (text: string) => tell({ said: text });
  const face = await openFace({ name: "onarm", parameters: facts, fault: said, ...(domain === undefined ? {} : { domain }) });
  await new Promise((later) => setTimeout(later, DISCOVERY));
  // An arm on this very graph tells its own joints, and somebody its frames.
  const left = ["/joint_states", "/tf"].filter((topic) => face.publishers(topic) > 0);
  const free = (topic: string) => !left.includes(topic);
  const jointStates = free("/joint_states") ? face.publisher("/joint_states", "sensor_msgs/JointState") : undefined;
  const tf = free("/tf") ? face.publisher("/tf", "tf2_msgs/TFMessage") : undefined;
  const described =
    face.publishers("/robot_description") > 0 ? undefined : face.publisher("/robot_description", "std_msgs/String", true);
  const diagnostics = face.publisher("/diagnostics", "diagnostic_msgs/DiagnosticArray");
  const mode = face.publisher("~/mode", "std_msgs/String", true);
  const verdict = face.publisher("~/verdict", "std_msgs/String", true);

  let asked = 0;
  const waiting = new Map<number, { done(): void; failed(error: Error): void }>();
  const ask = (deed: Deed) =>
    new Promise<void>((done, failed) => {
      waiting.set(++asked, { done, failed });
      tell({ deed: { id: asked, deed } });
    });
  for (const deed of deeds) face.trigger(`~/${deed.replace("-", "_")}`, () => ask(deed));

  let under:
    | {
        readonly id: number;
        readonly went: (desired: readonly number[], actual: readonly number[]) => void;
        readonly end: (it: Extract<ToGraph, { ended: unknown }>["ended"]) => void;
      }
    | undefined;
  let newest: GraphState | undefined;
  face.trajectories("~/follow_joint_trajectory", {
    refuse: () => {
      if (rights !== "operate") return "this run lets the graph watch and stop; start it with --graph operate";
      if (under !== undefined) return "another trajectory is under way";
      // By hand may be a moment ago: control knows, and ends it with the reason.
      if (newest?.mode === "idle" || newest?.mode === "manual") return undefined;
      return `the arm is ${newest?.mode ?? "silent"}: a trajectory begins when it is idle`;
    },
    follow: (request, went) =>
      new Promise((end) => {
        const id = ++asked;
        const order = request.trajectory.joint_names.map((name) => description.commanded.indexOf(name));
        const inTheirs = (values: readonly number[]) => order.map((i) => values[i]!);
        under = {
          id,
          went: (desired, actual) => went(inTheirs(desired), inTheirs(actual)),
          end: (it) => {
            under = undefined;
            end(it);
          },
        };
        tell({ follow: { id, goal: goalOf(request) } });
      }),
    cancel: () => under && tell({ cancel: under.id }),
    fault: said,
  });
  face.begin();
  described?.({ data: urdf(description) });

  const frames = framesOf(description);
  let periods = 0;
  let told = { mode: "", verdict: "" };
  let diagnosed = -Infinity;
  const picture = (state: GraphState) => {
    newest = state;
    const { at, position, velocity, effort } = state;
    const header = { seq: 0, stamp: timeOf(at), frame_id: "" };
    jointStates?.({ header, name: description.commanded, position, velocity, effort });
    if (periods++ % TF === 0) tf?.({ transforms: frames(position, header) });
    const now = { mode: state.cause === "" ? state.mode : `${state.mode}: ${state.cause}`, verdict: state.verdict };
    if (now.mode !== told.mode) mode({ data: now.mode });
    if (now.verdict !== told.verdict) verdict({ data: now.verdict });
    // Whoever activates it anew is told what was missed.
    told = face.active() ? now : { mode: "", verdict: "" };
  };
  const diagnosing = setInterval(
    () => {
      const now = Date.now() / 1000;
      if (newest === undefined || now - diagnosed < DIAGNOSE) return;
      diagnosed = now;
      diagnostics({ header: { seq: 0, stamp: timeOf(now), frame_id: "" }, status: [diagnosisOf(newest, now)] });
    },
    (1000 * DIAGNOSE) / 4,
  );
  tell({ opened: { node: face.name, domain: face.domain, left } });
  return {
    hear(message: Exclude<ToGraph, { open: unknown }>) {
      if ("show" in message) return picture(message.show);
      if ("done" in message) {
        const { id, ok, text } = message.done;
        const it = waiting.get(id);
        waiting.delete(id);
        return ok ? it?.done() : it?.failed(new Error(text));
      }
      if ("went" in message)
        return under?.id === message.went.id ? under.went(message.went.desired, message.went.actual) : undefined;
      return under?.id === message.ended.id ? under.end(message.ended) : undefined;
    },
    close() {
      clearInterval(diagnosing);
      face.close();
    },
  };
}

let shown: Awaited<ReturnType<typeof show>> | undefined;
process.on("message", (message: ToGraph) => {
  if (!("open" in message)) return void shown?.hear(message);
  show(message.open).then(
    (it) => (shown = it),
    (error: unknown) => {
      const { message: why } = error as Error;
      tell({ refused: { code: isOnarmError(error) ? error.code : "unexpected", message: why } });
    },
  );
});
process.on("disconnect", () => {
  shown?.close();
  process.exit(0);
});
// Ctrl-C reaches the whole group: the graph sees the arm until the run has stopped in order.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
