/** Why the engine refused: an operation it cannot compile, a value frozen into a function, a shape that does not fit, a damaged file. */
export type EngineFault = "engine.kernel" | "engine.constant" | "engine.shape" | "file.damaged";

/** The engine's only error. Match on `code`; the message says what, where, and the remedy. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineFault;
  readonly detail: Readonly<Record<string, unknown>>;
  constructor(code: EngineFault, message: string, detail: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.detail = detail;
  }
}
