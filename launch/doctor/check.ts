/** One thing that must be so before an arm moves. `ok` null: it does not apply, or cannot be known here. */
export interface Check {
  readonly id: string;
  readonly ok: boolean | null;
  readonly detail: string;
  /** What to do about it; empty when there is nothing to do. */
  readonly remedy: string;
}

export const good = (id: string, detail: string): Check => ({ id, ok: true, detail, remedy: "" });
export const bad = (id: string, detail: string, remedy: string): Check => ({ id, ok: false, detail, remedy });
export const unknown = (id: string, detail: string, remedy = ""): Check => ({ id, ok: null, detail, remedy });

/** Runs one look; what it throws is its finding. */
export async function look(id: string, remedy: string, check: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    return bad(id, error instanceof Error ? error.message : String(error), remedy);
  }
}
