/** What the program does about each fault: a code without a response does not compile. */
export const response = {
  "usage.invalid": "refuse",
  "config.invalid": "refuse",
  "file.missing": "refuse",
  "file.damaged": "refuse",
  "file.exists": "refuse",
  "bundle.mismatch": "refuse",
  "dataset.mismatch": "refuse",
  "tasks.invalid": "refuse",
  "reward.forbidden": "refuse",
  "engine.kernel": "refuse",
  "engine.constant": "refuse",
  "engine.shape": "refuse",
  "policy.shape": "refuse",
  "policy.nonfinite": "halt",
  "policy.late": "halt",
  "learning.diverged": "refuse",
  "process.lost": "halt",
  "link.lost": "halt",
  "link.timeout": "halt",
  "command.stopped": "halt",
  "mode.refused": "refuse",
  "arm.refused": "refuse",
  "scene.stale": "halt",
  "gripper.failed": "halt",
  "serial.refused": "refuse",
  "watchdog.lost": "halt",
  "budget.spent": "halt",
  "physics.invalid": "halt",
  "storage.failed": "warn",
  "storage.low": "warn",
  interrupted: "halt",
} as const satisfies Record<string, "halt" | "refuse" | "warn">;

export type FaultCode = keyof typeof response;

/** Every error this program raises on purpose. Match on `code`, never on `message`; a message says what, where, and the remedy. */
export class OnarmError extends Error {
  override readonly name = "OnarmError";
  readonly code: FaultCode;
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(code: FaultCode, message: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}

/** True for our own errors, also for one that crossed a process boundary as plain data. */
export const isOnarmError = (error: unknown): error is OnarmError =>
  error instanceof OnarmError ||
  (typeof error === "object" && error !== null && "code" in error && String(error.code) in response);
