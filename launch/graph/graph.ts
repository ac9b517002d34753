import { Subscription } from "rxjs";
import { missingRos2 } from "../../robot/ros2/sourced.ts";
import type { Controller } from "../../src/control/controller.ts";
import type { ArmDescription, Limits } from "../../src/domain/arm.ts";
import type { Tick } from "../../src/domain/control.ts";
import { isOnarmError, OnarmError } from "../../src/domain/errors.ts";
import type { FaultCode } from "../../src/domain/errors.ts";
import { forkEntry } from "../fork.ts";
import { operate } from "../operate.ts";
import { following } from "./following.ts";
import type { Deed, FromGraph, GraphState, Rights, ToGraph } from "./protocol.ts";

export interface GraphView {
  readonly controller: Controller;
  readonly description: ArmDescription;
  readonly limits: Limits;
  readonly rights: Rights;
  readonly domain?: number;
  readonly facts: Readonly<Record<string, string>>;
  /** Clears a stop, where nothing speaks against it. */
  reset(): Promise<void>;
  log(line: string): void;
}

export interface Graph {
  readonly node: string;
  readonly domain: number;
  readonly pid: number;
  close(): Promise<void>;
}

/** Refuses before an arm is looked for. @throws "config.invalid" where no ROS 2 is sourced */
export function requireGraph(): void {
  const missing = missingRos2(process.env);
  if (missing !== undefined) throw new OnarmError("config.invalid", missing);
}

/** One tick as the graph shows it; undefined while the arm has not said where it is. */
export function graphStateOf({ mode, state, verdict, counters }: Tick, wall: number): GraphState | undefined {
  if (state === undefined) return undefined;
  const { position, velocity, effort } = state;
  const { ticks, clamps, stops, dropped } = counters;
  return {
    ...{ at: wall, position: [...position], velocity: [...velocity], effort: [...effort] },
    ...{ mode: mode.is, cause: "cause" in mode ? mode.cause : "" },
    verdict: verdict === undefined ? "" : `${verdict.kind}${"reason" in verdict ? ` (${verdict.reason})` : ""}`,
    counters: { ticks, clamps, stops, dropped },
  };
}

/**
 * onarm's own face on a ROS 2 graph, in a process of its own: making and ending things there holds a thread for milliseconds, and whoever is on that
 * network is as much a stranger as one on the page. Stop is for everybody; what makes an arm move needs the rights that whoever started this gave.
 * When that process ends the run goes on without it. Rejects with "config.invalid" where no ROS 2 is sourced, "process.lost".
 */
export async function openGraph(view: GraphView): Promise<Graph> {
  const { controller, description, limits, rights, facts, log } = view;
  const child = forkEntry(new URL("./process.ts", import.meta.url));
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let closing = false;
  let busy = false;
  let waiting: GraphState | undefined;
  const send = (message: ToGraph, done: () => void = () => {}) => void (child.connected && child.send(message, done));
  // One state is under way at most: after a stall the newest is told, not all of them.
  const next = () => {
    busy = waiting !== undefined;
    if (waiting === undefined) return;
    const show = waiting;
    waiting = undefined;
    send({ show }, next);
  };

  let under: number | undefined;
  const { follow, cancel } = following(controller, limits, (desired, actual) => {
    if (under !== undefined) send({ went: { id: under, desired: [...desired], actual: [...actual] } });
  });
  const act = operate(controller, () => view.reset());
  const may = (deed: Deed | "follow") => {
    if (deed === "stop" || rights === "operate") return;
    throw new OnarmError(
      "mode.refused",
      `${deed} is refused: this run lets the graph watch and stop; start it with --graph operate`,
    );
  };
  const work = async (deed: Deed) => {
    may(deed);
    await act({ kind: deed });
  };
  const heard = (message: FromGraph) => {
    if ("deed" in message) {
      const { id, deed } = message.deed;
      log(`the ROS graph asks: ${deed}`);
      controller.note({ level: "info", code: "operator", text: `the ROS graph: ${deed}` });
      void work(deed).then(
        () => send({ done: { id, ok: true, text: "" } }),
        (error: Error) => send({ done: { id, ok: false, text: error.message } }),
      );
    } else if ("follow" in message) {
      const { id, goal } = message.follow;
      under ??= id;
      controller.note({ level: "info", code: "operator", text: `the ROS graph: a trajectory of ${goal.points.length} points` });
      void (async () => (may("follow"), follow(goal)))()
        .catch((error: Error) => ({ code: -1 as const, text: error.message }))
        .then((result) => {
          if (under === id) under = undefined;
          send({ ended: { id, ...result } });
        });
    } else if ("cancel" in message) cancel();
    else if ("said" in message) log(`ROS graph: ${message.said}`);
  };
  const close = async () => {
    closing = true;
    cancel();
    if (child.connected) child.disconnect();
    await ended;
  };

  const opened = await new Promise<{ node: string; domain: number; left: readonly string[] }>((resolve, reject) => {
    let why: Error = new OnarmError("process.lost", "the graph's process ended before it had joined; run again with --debug");
    child.on("message", (message: FromGraph) => {
      if ("opened" in message) return resolve(message.opened);
      if (!("refused" in message)) return heard(message);
      const { code, message: text } = message.refused;
      why = isOnarmError({ code }) ? new OnarmError(code as FaultCode, text) : new Error(text);
      void close();
    });
    child.once("error", reject);
    void ended.then(() => {
      reject(why);
      // Nobody is left who could cancel what it asked for.
      cancel();
      if (!closing) log("the graph's process is gone; the run goes on without it");
    });
    send({ open: { rights, description, facts, ...(view.domain === undefined ? {} : { domain: view.domain }) } });
  });
  for (const topic of opened.left) log(`${topic} is published by somebody else in this domain: onarm leaves it to them`);

  const telling = new Subscription();
  telling.add(
    controller.tick$.subscribe({
      next: (tick) => {
        waiting = graphStateOf(tick, Date.now() / 1000) ?? waiting;
        if (!busy) next();
      },
      error: () => {},
    }),
  );
  return {
    node: opened.node,
    domain: opened.domain,
    pid: child.pid!,
    async close() {
      telling.unsubscribe();
      await close();
    },
  };
}
