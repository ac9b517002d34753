import type { Subscription } from "rxjs";
import { isOnarmError, OnarmError } from "../domain/errors.ts";
import type { Gripper, GripperState } from "../ports/gripper.ts";

/** A wish for the fingers below -BAND opens them, above BAND closes them; between they stay: noise about 0 must not wear a gripper out. */
export const BAND = 0.3;

/** A gripper as a policy drives it: told every step, moved only when the wish changes. Nothing here waits for the fingers. */
export interface Grip {
  /** What went wrong has been told, and is past: nothing is relied on until `prepare`. */
  forget(): void;
  /** Relies on it from now on. Hears of it again where its link was lost; has it calibrated where it is not ready or complains. Nothing to do: nothing moves. */
  prepare(): void;
  /** `wish` in [-1, 1]. @throws "policy.nonfinite" for NaN */
  want(wish: number): void;
  /** Clear gap now, m. */
  gap(): number;
  /** Whether what was asked for is over, done or failed. */
  rests(): boolean;
  /** Why it cannot be relied on: "gripper.failed" or "link.lost", until that is forgotten; undefined while it can. */
  broken(): OnarmError | undefined;
  /** Fingers rest where they are; what they hold stays held. */
  halt(): void;
  close(): void;
}

/** Takes a gripper that is open; it stays its owner's. */
export function gripOf(gripper: Gripper): Grip {
  const [closed, open] = gripper.range;
  let state: GripperState | undefined;
  let wished: "open" | "closed" | undefined;
  let failure: OnarmError | undefined;
  let relied = false;
  let underWay = 0;
  /** How often all that was asked for has been forgotten: what fails later is past too. */
  let forgotten = 0;
  let seeing: Subscription | undefined;

  const fail = (error: unknown) => {
    // A newer wish took its place.
    if (isOnarmError(error) && error.code === "interrupted") return;
    failure ??= isOnarmError(error) ? error : new OnarmError("gripper.failed", `${gripper.name}: ${String(error)}`, {}, error);
  };
  const see = () => {
    if (seeing?.closed === false) return;
    seeing = gripper.state$.subscribe({ next: (it) => (state = it), error: fail });
  };
  const begin = (deed: Promise<unknown>) => {
    underWay++;
    const since = forgotten;
    void deed.catch((error: unknown) => void (since === forgotten && fail(error))).finally(() => underWay--);
  };
  see();
  /** What its state says is wrong; a deed under way tells that itself, or puts it right. */
  const complaint = (): OnarmError | undefined => {
    if (underWay > 0 || state === undefined || (state.ready && state.fault === undefined)) return undefined;
    const why = state.fault === undefined ? "lost its calibration, so it was without power" : `reports: ${state.fault}`;
    const remedy = "look at its cable, its power and what is between its fingers";
    return new OnarmError("gripper.failed", `${gripper.name} ${why}; ${remedy}`);
  };

  return {
    forget() {
      [failure, wished, relied] = [undefined, undefined, false];
      forgotten++;
    },
    prepare() {
      if (relied) return;
      see();
      if (failure === undefined && !(state?.ready && state.fault === undefined)) begin(gripper.calibrate());
      relied = true;
    },
    want(wish) {
      if (!Number.isFinite(wish))
        throw new OnarmError("policy.nonfinite", `the policy asked for a grip of ${wish}: refused`, { wish });
      const next = wish > BAND ? "closed" : wish < -BAND ? "open" : wished;
      if (next === wished || next === undefined) return;
      wished = next;
      begin(gripper.move(next === "open" ? open : closed));
    },
    gap: () => state?.width ?? NaN,
    rests: () => underWay === 0,
    broken: () => failure ?? (relied ? complaint() : undefined),
    halt() {
      wished = undefined;
      begin(gripper.halt());
    },
    close: () => seeing?.unsubscribe(),
  };
}
