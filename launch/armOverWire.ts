import { inStep } from "../sim/inStep.ts";
import { pacedClock } from "../sim/pacedClock.ts";
import { PERIOD } from "../sim/twinOptions.ts";
import type { Arm } from "../src/ports/arm.ts";

/** An arm over `node`, and a clock of this process that beats in step with its states. Closing the arm closes clock and node; so does a failure to open it. */
export async function armOverWire<Node extends { close(): Promise<void> }, Opened extends Arm>(
  node: Node,
  open: (clock: ReturnType<typeof pacedClock>) => Promise<Opened>,
) {
  const clock = pacedClock(PERIOD);
  const end = async () => {
    clock.close();
    await node.close();
  };
  try {
    const arm = await open(clock);
    const step = inStep(clock, arm.state$);
    const close = async () => {
      step.unsubscribe();
      await arm.close().finally(end);
    };
    return { arm: { ...arm, close }, clock, node };
  } catch (error) {
    await end();
    throw error;
  }
}
