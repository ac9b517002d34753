import type { Subscription } from "rxjs";
import { isOnarmError, OnarmError } from "../domain/errors.ts";
import type { GripperState } from "../ports/gripper.ts";
import type { Gripper } from "../ports/gripper.ts";

/** A wish for the fingers below -BAND opens them, above BAND closes them; between they stay: noise about 0 must not wear a gripper out. */
export const BAND = 0.3;

/** A gripper as a policy drives it: told every step, moved only when the wish changes. */
export interface Grip {
  /** `wish` in [-1, 1]. Returns at once. @throws "gripper.failed" or "link.lost" when the last move ended so, "policy.nonfinite" for NaN */
  want(wish: number): void;
  /** Clear gap now, m. */
  gap(): number;
  /** Whether the last move is over. @throws as `want` does */
  rests(): boolean;
  close(): void;
}

/** Takes a gripper that is open and ready; it stays its owner's. */
export function gripOf(gripper: Gripper): Grip {
  const [closed, open] = gripper.range;
  let state: GripperState | undefined;
  let wished: "open" | "closed" | undefined;
  let failure: unknown;
  let underWay = 0;
  const seeing: Subscription = gripper.state$.subscribe({
    next: (it) => (state = it),
    error: (error: unknown) => (failure = error),
  });
  const sound = () => {
    if (failure === undefined) return;
    const error = failure;
    // Who goes on after it was told begins anew.
    [failure, wished] = [undefined, undefined];
    throw error;
  };
  return {
    want(wish) {
      sound();
      if (!Number.isFinite(wish))
        throw new OnarmError("policy.nonfinite", `the policy asked for a grip of ${wish}: refused`, { wish });
      const next = wish > BAND ? "closed" : wish < -BAND ? "open" : wished;
      if (next === wished || next === undefined) return;
      wished = next;
      underWay++;
      void gripper
        .move(next === "open" ? open : closed)
        .catch((error: unknown) => {
          // A newer wish took its place.
          if (!(isOnarmError(error) && error.code === "interrupted")) failure = error;
        })
        .finally(() => underWay--);
    },
    gap: () => state?.width ?? NaN,
    rests() {
      sound();
      return underWay === 0;
    },
    close: () => seeing.unsubscribe(),
  };
}
