import { getPriority, setPriority } from "node:os";

/** Niceness of what keeps an arm in hand: control and watchdog (the twin, which plays the arm, asks for the same). */
const DRIVING = -10;

/** Asks that this process be run before those that learn, record or show. False where the system does not allow it: everything works, less surely on time. */
export function prioritise(): boolean {
  try {
    setPriority(DRIVING);
    return true;
  } catch {
    return false;
  }
}

/** Takes from a child the priority it inherited: it is for the one process that asked, and a child that needs it asks itself. */
export function ordinary(pid: number | undefined): void {
  if (pid === undefined || getPriority() >= 0) return;
  try {
    setPriority(pid, 0);
  } catch {
    // gone already
  }
}
