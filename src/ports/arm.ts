import type { Observable } from "rxjs";
import type { ArmState, ArmStatus, JointCommand } from "../domain/arm.ts";

/** A robot arm, real or not. Implementations live in robot/, sim/ and test/support/; nobody else knows which one runs. */
export interface Arm {
  readonly name: string;
  /** Joint names in the order of every vector that crosses this port. */
  readonly joints: readonly string[];
  /** Hot. Replays nothing, completes on close, errors with "link.lost" when the link is lost. */
  readonly state$: Observable<ArmState>;
  /** Hot; a new subscriber first gets the last known status. */
  readonly status$: Observable<ArmStatus>;
  /**
   * Emits the command really sent once the transport took it, then completes; completes without a word when there was no room for it and it was
   * let fall. In lockstep this happens synchronously. Never queues.
   */
  send(command: JointCommand): Observable<JointCommand>;
  /** Stops by the arm's own fastest safe means. Idempotent, legal in every state. Rejects only with "link.lost". */
  halt(): Promise<void>;
  /** Clears a stop; the arm is disabled afterwards. Rejects with "arm.refused" when it is not stopped. */
  reset(): Promise<void>;
  /** Motors on. Rejects with "arm.refused" while stopped. */
  enable(): Promise<void>;
  close(): Promise<void>;
}
