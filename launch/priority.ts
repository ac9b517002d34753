import { getPriority, setPriority } from "node:os";

export { prioritise } from "../sim/priority.ts";

/** Takes from a child the priority it inherited: it is for the one process that asked, and a child that needs it asks itself. */
export function ordinary(pid: number | undefined): void {
  if (pid === undefined || getPriority() >= 0) return;
  try {
    setPriority(pid, 0);
  } catch {
    // gone already
  }
}
