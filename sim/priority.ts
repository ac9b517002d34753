import { readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Niceness of what keeps an arm in hand. */
const DRIVING = -10;
/** Linux shares its time out among sessions first (autogroups), and niceness then counts only inside one. */
const SESSION = "/proc/self/autogroup";

/** The session's own niceness, so that it can be put back: a terminal lives on. */
function prioritiseSession(): void {
  const before = /nice (-?\d+)/.exec(readFileSync(SESSION, "utf8"))?.[1];
  if (before === undefined || Number(before) <= DRIVING) return;
  writeFileSync(SESSION, String(DRIVING));
  process.on("exit", () => {
    try {
      writeFileSync(SESSION, before);
    } catch {
      // as it is, then
    }
  });
}

/** Asks that this process be run before those that learn, record or show. False where the system does not allow it: all works, less surely on time. */
export function prioritise(): boolean {
  try {
    setPriority(DRIVING);
    prioritiseSession();
    return true;
  } catch {
    return false;
  }
}
