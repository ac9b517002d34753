import { Subscription, auditTime } from "rxjs";
import type { Controller } from "../src/control/controller.ts";
import type { OnarmError } from "../src/domain/errors.ts";
import type { Rollout } from "../src/domain/experience.ts";
import { explain } from "../src/domain/stops.ts";
import type { Clock } from "../src/ports/clock.ts";
import type { FactsEvent, StateEvent } from "../src/telemetry/messages.ts";
import { openTelemetry } from "./telemetry.ts";
import type { FleetCommand, Telemetry, TelemetryOptions } from "./telemetry.ts";

/** ms between two states that are handed over; what the fleet hears is fewer. */
const STATES = 1000;
/** s in which a fault or a hold with the same cause is told once. */
const ONCE = 5;

export interface RunTold {
  readonly controller: Controller;
  readonly clock: Clock;
  readonly facts: Omit<FactsEvent, "kind">;
  episodes(): number;
  steps(): number;
  /** Ends the run in order. */
  finish(): void;
}

export interface RunTelemetry extends Pick<Telemetry, "counts" | "close"> {
  /** Of the process that speaks for the run now. */
  pid(): number | undefined;
  begins(episode: number): void;
  /** `success`: null where nobody could tell. */
  ends(episode: number, task: number, made: Rollout | OnarmError, success: boolean | null): void;
}

const FLEET_HOLD = "the fleet's hold";

/**
 * What the fleet may have done to an arm, and why not: undefined when it was done. A stop always; a hold; an end; to go on only after a hold of its
 * own. Nothing here resets, enables or starts.
 */
export function fleetAct(
  {
    controller,
    clock,
    finish,
  }: Pick<RunTold, "clock" | "finish"> & { readonly controller: Pick<Controller, "mode" | "event" | "stop"> },
  { kind, expiresAt }: Pick<FleetCommand, "kind" | "expiresAt">,
): string | undefined {
  if (kind === "stop") {
    controller.stop("the fleet's stop");
    return undefined;
  }
  if (!(expiresAt !== undefined && clock.wall() <= expiresAt)) return "it expired on its way to the arm";
  const mode = controller.mode();
  switch (kind) {
    case "hold":
      // Who held it first lets it go on.
      if (mode.is === "holding" && mode.cause === "the operator's hold") return undefined;
      return controller.event({ on: "hold", cause: FLEET_HOLD }) ? undefined : `the arm is ${mode.is}: there is nothing to hold`;
    case "resume":
      if (mode.is !== "holding") return `the arm is ${mode.is}: nothing is held`;
      if (mode.cause !== FLEET_HOLD) return `the arm is held for another cause (${mode.cause}); that is for whoever is beside it`;
      return controller.event({ on: "resume" }) ? undefined : "the arm does not resume";
    case "finish":
      finish();
      return undefined;
  }
}

const stateOf = ({ controller, clock, episodes, steps }: RunTold, holds: number): StateEvent => {
  const mode = controller.mode();
  const state = controller.state();
  const { ticks, stops, clamps } = controller.counters();
  const { contacts, clamps: clamped, metres, seconds } = controller.exploration().usage;
  return {
    kind: "state",
    mode: mode.is,
    ...("cause" in mode ? { cause: mode.cause } : {}),
    ...(state ? { position: [...state.position], velocity: [...state.velocity], stateAge: clock.now() - state.at } : {}),
    ...{ ticks, stops, clamps, holds, episodes: episodes(), steps: steps() },
    spent: { contacts, clamps: clamped, metres, seconds },
  };
};

/** Tells a fleet of a run, and lets it hold, stop and end it. Rejects as `openTelemetry` does, before anything has moved. */
export async function openRunTelemetry(
  options: TelemetryOptions,
  run: RunTold,
  log: (line: string) => void,
): Promise<RunTelemetry> {
  const { controller, clock } = run;
  const telemetry = await openTelemetry(options, log);
  telemetry.publish({ kind: "facts", ...run.facts });
  let holds = 0;
  let begun = { at: clock.now(), clamps: 0 };
  const told = new Map<string, number>();
  const fault = (level: "stop" | "hold" | "fault", cause: string, text: string) => {
    const last = told.get(cause);
    if (level !== "stop" && last !== undefined && clock.now() - last < ONCE) return;
    told.set(cause, clock.now());
    telemetry.publish({ kind: "fault", level, cause, text });
  };
  const words = (cause: string) => {
    const { what, why, remedy } = explain(cause);
    return `${what} ${why} ${remedy}`;
  };

  const listening = new Subscription();
  listening.add(
    controller.mode$.subscribe((mode) => {
      if (mode.is === "holding") holds++;
      if (mode.is === "holding" || mode.is === "stopped")
        fault(mode.is === "holding" ? "hold" : "stop", mode.cause, words(mode.cause));
      telemetry.publish(stateOf(run, holds));
    }),
  );
  listening.add(
    controller.tick$.subscribe({
      next: ({ notices = [] }) => {
        for (const { level, code, text } of notices) if (level === "fault") fault("fault", code, text);
      },
      error: () => {},
    }),
  );
  listening.add(
    controller.tick$.pipe(auditTime(STATES)).subscribe({ next: () => telemetry.publish(stateOf(run, holds)), error: () => {} }),
  );
  listening.add(
    telemetry.command$.subscribe((command) => {
      const refusal = fleetAct(run, command);
      log(`${command.from}, from afar: ${command.kind}${refusal === undefined ? "" : ` refused: ${refusal}`}`);
      command.answer(refusal);
    }),
  );

  return {
    pid: () => telemetry.pid,
    counts: telemetry.counts,
    begins: () => (begun = { at: clock.now(), clamps: controller.counters().clamps }),
    ends: (episode, task, made, success) => {
      const cut = made instanceof Error ? { cut: made.code } : {};
      telemetry.publish({
        kind: "episode",
        episode,
        task,
        steps: made instanceof Error ? 0 : made.steps,
        seconds: clock.now() - begun.at,
        success,
        clamps: controller.counters().clamps - begun.clamps,
        ...cut,
      });
    },
    close: async () => {
      telemetry.publish(stateOf(run, holds));
      listening.unsubscribe();
      await telemetry.close();
    },
  };
}
